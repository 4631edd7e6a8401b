# Shared by ./distil, ./test and ./format. Sourced, never run; expects `set -euo pipefail` and $root.

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Sets $java_home to a JDK 25: JAVA_HOME if it is one, else one below /usr/lib/jvm, else the one `java` on the path belongs
# to. A JDK's `release` file says its version, which spares starting it.
find_jdk() {
    find_java_with javac \
        || fail "Distil needs JDK 25: install it (Eclipse Temurin's Debian package is temurin-25-jdk; or unpack its archive below" \
            "/usr/lib/jvm) or point JAVA_HOME at one."
}

# The same for a Java 25 that only has to run what is built.
find_java() {
    find_java_with java \
        || fail "Distil needs Java 25: install it (Eclipse Temurin's Debian package is temurin-25-jre; or unpack its archive below" \
            "/usr/lib/jvm) or point JAVA_HOME at one."
}

find_java_with() {
    local candidate on_path
    for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        if is_java_25_with "$1" "$candidate"; then
            java_home=$candidate
            return
        fi
    done
    if on_path=$(command -v java); then
        candidate=$(dirname "$(dirname "$(readlink -f "$on_path")")")
        if is_java_25_with "$1" "$candidate"; then
            java_home=$candidate
            return
        fi
    fi
    return 1
}

is_java_25_with() {
    local line program=$1
    shift
    [[ -n $1 && -x $1/bin/java && -x $1/bin/$program && -r $1/release ]] || return 1
    while IFS= read -r line || [[ -n $line ]]; do
        [[ $line == 'JAVA_VERSION="25"'* || $line == 'JAVA_VERSION="25.'* ]] && return 0
    done < "$1/release"
    return 1
}

# Maven may run on any Java from 17; it is told where the JDK 25 is by the variable its toolchain search reads.
find_maven() {
    command -v mvn > /dev/null || fail "Distil is built with Maven: install it with 'apt-get install maven'."
    export JAVA25_HOME=$java_home
}
