package org.tokenfilter.benchmark.login;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.tokenfilter.benchmark.report.Report;
import org.tokenfilter.benchmark.report.Spread;
import org.tokenfilter.benchmark.report.Table;

/**
 * Measures whether the time of a failed login shows that a user exists: wrong passwords of known
 * users, of known users with an older and cheaper hash, and of unknown users, over HTTP, in turns.
 */
public final class LoginTimingBenchmark {

  private static final int WARM_UP = 30;
  private static final int ROUNDS = 300;

  /** The kind of user whose password is tried; all names have the same length. */
  private enum User {
    UNKNOWN("nobod", "unknown"),
    KNOWN("known", "known, %,d iterations".formatted(LoginNode.ITERATIONS)),
    OLDER("older", "known, %,d iterations".formatted(LoginNode.OLDER_ITERATIONS));

    private final String prefix;
    private final String title;

    User(String prefix, String title) {
      this.prefix = prefix;
      this.title = title;
    }
  }

  private final Path folder;
  private final Report report;
  private final Map<User, List<Double>> millis = new EnumMap<>(User.class);

  /** The source of the order in each round, with a fixed seed. */
  private final Random random = new Random(ROUNDS);

  /**
   * Creates the benchmark.
   *
   * @param folder the folder for keys and accounts
   */
  public LoginTimingBenchmark(Path folder, Report report) {
    this.folder = folder;
    this.report = report;
  }

  /** Runs the benchmark, and writes the report. */
  public void run() throws Exception {
    Files.createDirectories(folder);
    try (LoginNode node = new LoginNode(folder)) {
      for (int i = 0; i < WARM_UP; i++) {
        round(node, i);
      }
      millis.clear();
      for (int i = 0; i < ROUNDS; i++) {
        round(node, i);
      }
    }
    report.write("logins", table() + "\n");
  }

  private void round(LoginNode node, int number) throws IOException {
    List<User> turns = new ArrayList<>(List.of(User.values()));
    Collections.shuffle(turns, random);
    for (User user : turns) {
      double took = node.timeFailedLogin(user.prefix, number);
      millis.computeIfAbsent(user, none -> new ArrayList<>()).add(took);
    }
  }

  private Table table() {
    Table table =
        new Table(
            "user",
            "failed logins",
            "median ms",
            "longer than unknown: median ms",
            "95 % from, to",
            "p (Wilcoxon signed-rank)");
    List<Double> unknown = timesOf(User.UNKNOWN);
    for (User user : User.values()) {
      List<Double> own = timesOf(user);
      PairedDifferences more =
          PairedDifferences.of(
              IntStream.range(0, own.size())
                  .mapToDouble(i -> own.get(i) - unknown.get(i))
                  .toArray());
      boolean itself = user == User.UNKNOWN;
      table.row(
          user.title,
          Integer.toString(own.size()),
          format("%.1f", Spread.of(own).median()),
          itself ? "" : format("%+.3f", more.median()),
          itself ? "" : format("%+.3f, %+.3f", more.low(), more.high()),
          itself ? "" : format("%.2f", more.p()));
    }
    return table;
  }

  private List<Double> timesOf(User user) {
    return millis.getOrDefault(user, List.of());
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
