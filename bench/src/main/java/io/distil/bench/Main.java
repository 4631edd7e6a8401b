package io.distil.bench;

import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/// JMH's own command line, with the flags that every part of the project needs, and with results as JSON.
public final class Main {
    private static final String RESULT_FILE = "target/jmh.json";

    private Main() {}

    public static void main(String[] arguments) throws IOException, RunnerException, CommandLineOptionException {
        CommandLineOptions asked = new CommandLineOptions(arguments);
        if (asked.shouldHelp()) {
            asked.showHelp();
            return;
        }
        ChainedOptionsBuilder options = new OptionsBuilder().parent(asked).jvmArgsPrepend(jvmFlags());
        if (!asked.getResult().hasValue()) {
            options.resultFormat(ResultFormatType.JSON).result(RESULT_FILE);
        }
        Runner runner = new Runner(options.build());
        if (asked.shouldList()) {
            runner.list();
        } else {
            Summary.print(runner.run());
        }
    }

    private static String[] jvmFlags() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Main.class.getResourceAsStream("/bench.properties")) {
            properties.load(in);
        }
        return properties.getProperty("jvmFlags").split(" ");
    }
}
