package org.tokenfilter.benchmark.profile;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.Recording;
import org.tokenfilter.benchmark.load.LoadGenerator;
import org.tokenfilter.benchmark.load.LoadResult;
import org.tokenfilter.benchmark.peer.GreetingServlet;
import org.tokenfilter.benchmark.peer.Node;
import org.tokenfilter.benchmark.peer.TokenFilterPeer;
import org.tokenfilter.benchmark.peer.UnprotectedPeer;
import org.tokenfilter.benchmark.report.Report;
import org.tokenfilter.benchmark.report.Table;
import org.tokenfilter.store.InMemoryTokenStore;

/**
 * Profiles a node with the in-memory store under load: the methods of this library that allocate
 * most for a request, and those that run most. The cost of the same requests without protection is
 * measured as well.
 */
public final class ProfileBenchmark {

  private static final int CONNECTIONS = 16;
  private static final int CLIENTS = 10_000;
  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final Duration TIME = Duration.ofSeconds(10);
  private static final int SHOWN = 20;

  private final Path folder;
  private final Report report;

  /**
   * Creates the benchmark.
   *
   * @param folder the folder for keys and the recording
   */
  public ProfileBenchmark(Path folder, Report report) {
    this.folder = folder;
    this.report = report;
  }

  /** Runs the benchmark, and writes the report. */
  public void run() throws Exception {
    Files.createDirectories(folder);
    TokenFilterPeer peer =
        new TokenFilterPeer(
            "in memory", new InMemoryTokenStore(), null, folder.resolve("keys.jwks"), Map.of());
    try (LoadGenerator load = new LoadGenerator(CONNECTIONS, GreetingServlet.body());
        Node bare = new Node(new UnprotectedPeer());
        Node node = new Node(peer)) {
      List<byte[]> requests = node.requests(CLIENTS);
      load.closedLoop(bare.port(), requests, WARM_UP);
      load.closedLoop(node.port(), requests, WARM_UP);
      LoadResult without = load.closedLoop(bare.port(), requests, TIME);
      LoadResult with = load.closedLoop(node.port(), requests, TIME);
      Path file = folder.resolve("requests.jfr");
      try (Recording recording = new Recording()) {
        recording.enable(RequestProfile.ALLOCATION).withStackTrace().with("throttle", "10000/s");
        recording
            .enable(RequestProfile.EXECUTION)
            .withPeriod(Duration.ofMillis(1))
            .withStackTrace();
        recording.start();
        load.closedLoop(node.port(), requests, TIME);
        recording.stop();
        recording.dump(file);
      }
      report.write("profile", markdown(with, without, new RequestProfile(file)));
    }
  }

  private static String markdown(LoadResult with, LoadResult without, RequestProfile profile) {
    return format(
            "A request: %.1f us of CPU and %,.0f B of garbage; without protection %.1f us and %,.0f B.%n%n",
            with.cpuMicros(), with.garbage(), without.cpuMicros(), without.garbage())
        + table("method and class", "B a request", with.garbage(), profile.allocations())
        + "\n"
        + table("method", "us a request", with.cpuMicros(), profile.executions());
  }

  private static String table(
      String title, String unit, double whole, List<RequestProfile.Share> shares) {
    Table table = new Table(title, unit);
    shares.stream()
        .limit(SHOWN)
        .forEach(share -> table.row(share.method(), format("%.2f", share.share() * whole)));
    return table.toString();
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
