package io.distil.pqm;

import io.distil.base.Version;

import java.util.Arrays;

/// The change rows of successive commits of one stream: the first ones led from `firstMajor` to `firstMajor + 1`. Never
/// changes; holds its rows.
final class CommitHistory extends Shared {
    private final long firstMajor;
    private final ChangeRows[] commits;

    private CommitHistory(long firstMajor, ChangeRows[] commits) {
        this.firstMajor = firstMajor;
        this.commits = commits;
        for (ChangeRows rows : commits) {
            rows.retain();
        }
    }

    /// Nothing is known of what led to `major`.
    static CommitHistory beginningAt(long major) {
        return new CommitHistory(major, new ChangeRows[0]);
    }

    CommitHistory with(ChangeRows latest) {
        ChangeRows[] longer = Arrays.copyOf(commits, commits.length + 1);
        longer[commits.length] = latest;
        return new CommitHistory(firstMajor, longer);
    }

    CommitHistory withoutFirst(int count) {
        return new CommitHistory(firstMajor + count, Arrays.copyOfRange(commits, count, commits.length));
    }

    /// The version since which nothing is missing.
    Version beginning() {
        return Version.ofMajor(firstMajor);
    }

    long firstMajor() {
        return firstMajor;
    }

    int commitCount() {
        return commits.length;
    }

    /// The rows that led from `major` to the next one.
    ChangeRows commitFrom(long major) {
        return commits[Math.toIntExact(major - firstMajor)];
    }

    @Override
    void free() {
        for (ChangeRows rows : commits) {
            rows.release();
        }
    }
}
