package org.tokenfilter.tools;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;

/**
 * The result of a command.
 *
 * @param status its exit status
 * @param out its standard output
 * @param err its standard error
 */
record CommandResult(int status, String out, String err) {

  /** Runs a command in this process. */
  static CommandResult run(Clock clock, String input, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        new Main(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                clock,
                new PrintWriter(out, true),
                new PrintWriter(err, true))
            .run(args);
    return new CommandResult(status, out.toString(), err.toString());
  }
}
