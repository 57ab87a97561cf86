package org.tokenfilter.benchmark.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.tokenfilter.benchmark.database.PostgresServer;
import org.tokenfilter.benchmark.load.Latencies;
import org.tokenfilter.benchmark.load.Load;
import org.tokenfilter.benchmark.peer.BarePeer;
import org.tokenfilter.benchmark.peer.Greeting;
import org.tokenfilter.benchmark.peer.Node;
import org.tokenfilter.benchmark.report.Report;

/**
 * Whole requests over HTTP. In each round, each stack and a servlet without protection receive the
 * same bytes one right after the other, so that disturbances of the machine affect both. The result
 * is the median of the ratios of the rounds.
 */
public final class HttpBenchmark {

  private static final int SEED = 7;

  private final Plan plan;
  private final Path folder;
  private final Report report;

  /**
   * Creates the benchmark.
   *
   * @param plan the amounts to measure
   * @param folder the folder for databases and keys
   * @param report the report to write
   */
  public HttpBenchmark(Plan plan, Path folder, Report report) {
    this.plan = plan;
    this.folder = folder;
    this.report = report;
  }

  /** Runs the benchmark, and writes the report. */
  public void run() throws Exception {
    Files.createDirectories(folder);
    List<Entrant> entrants = new ArrayList<>();
    try (PostgresServer postgres = new PostgresServer(folder.resolve("postgres"));
        Load load = new Load(Plan.CONNECTIONS, Greeting.body());
        Node bare = new Node(new BarePeer())) {
      try {
        List<byte[]> requests = bare.requests(plan.clients());
        load.closed(bare.port(), requests, plan.warmUp());
        for (Field.Place place : new Field(folder, postgres).places()) {
          Entrant entrant = new Entrant(place.opening().open(), place.cold(), load, plan);
          entrants.add(entrant);
          System.err.println("ready: " + entrant.name());
        }
        Latencies latencies = measure(bare, requests, entrants, load);
        publish(entrants, latencies);
      } finally {
        for (Entrant entrant : entrants) {
          entrant.close();
        }
      }
    }
  }

  /** Measures all stacks, and returns the latencies without protection. */
  private Latencies measure(Node bare, List<byte[]> requests, List<Entrant> entrants, Load load)
      throws Exception {
    Random random = new Random(SEED);
    Latencies latencies = null;
    for (int round = 0; round < plan.rounds(); round++) {
      List<Entrant> order = new ArrayList<>(entrants);
      Collections.shuffle(order, random);
      for (Entrant entrant : order) {
        entrant.race(bare, load, plan);
        entrant.time(load, plan);
      }
      Latencies more = load.open(bare.port(), requests, plan.rate(), plan.open());
      latencies = latencies == null ? more : latencies.and(more);
      System.err.println("round " + (round + 1) + " of " + plan.rounds());
    }
    for (Entrant entrant : entrants) {
      entrant.count(load, plan);
    }
    if (latencies == null) {
      throw new IllegalStateException("the plan has no rounds");
    }
    return latencies;
  }

  private void publish(List<Entrant> entrants, Latencies bare) throws IOException {
    HttpResults results = new HttpResults(plan, entrants, bare);
    report.draw("benchmarks.svg", results.chart());
    report.write("http", results.markdown());
  }
}
