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
import org.tokenfilter.benchmark.load.LoadGenerator;
import org.tokenfilter.benchmark.peer.GreetingServlet;
import org.tokenfilter.benchmark.peer.Node;
import org.tokenfilter.benchmark.peer.UnprotectedPeer;
import org.tokenfilter.benchmark.report.Report;

/**
 * Whole requests over HTTP. In each round, each stack and a servlet without protection receive the
 * same bytes one right after the other, so that disturbances of the machine affect both. The result
 * is the median of the ratios of the rounds.
 */
public final class HttpBenchmark {

  private static final int SEED = 7;

  private final BenchmarkPlan plan;
  private final Path folder;
  private final Report report;

  /**
   * Creates the benchmark.
   *
   * @param plan the amounts to measure
   * @param folder the folder for databases and keys
   * @param report the report to write
   */
  public HttpBenchmark(BenchmarkPlan plan, Path folder, Report report) {
    this.plan = plan;
    this.folder = folder;
    this.report = report;
  }

  /** Runs the benchmark, and writes the report. */
  public void run() throws Exception {
    Files.createDirectories(folder);
    List<MeasuredStack> entrants = new ArrayList<>();
    try (PostgresServer postgres = new PostgresServer(folder.resolve("postgres"));
        LoadGenerator load = new LoadGenerator(BenchmarkPlan.CONNECTIONS, GreetingServlet.body());
        Node bare = new Node(new UnprotectedPeer())) {
      try {
        List<byte[]> requests = bare.requests(plan.clients());
        load.closedLoop(bare.port(), requests, plan.warmUp());
        for (StackCatalog.StackSpec spec : new StackCatalog(folder, postgres).stacks()) {
          MeasuredStack stack = new MeasuredStack(spec.factory().create(), spec.cold(), load, plan);
          entrants.add(stack);
          System.err.println("ready: " + stack.name());
        }
        Latencies latencies = measure(bare, requests, entrants, load);
        publish(entrants, latencies);
      } finally {
        for (MeasuredStack stack : entrants) {
          stack.close();
        }
      }
    }
  }

  /** Measures all stacks, and returns the latencies without protection. */
  private Latencies measure(
      Node bare, List<byte[]> requests, List<MeasuredStack> entrants, LoadGenerator load)
      throws Exception {
    Random random = new Random(SEED);
    Latencies latencies = null;
    for (int round = 0; round < plan.rounds(); round++) {
      List<MeasuredStack> order = new ArrayList<>(entrants);
      Collections.shuffle(order, random);
      for (MeasuredStack stack : order) {
        stack.measureThroughput(bare, load, plan);
        stack.measureLatency(load, plan);
      }
      Latencies more = load.openLoop(bare.port(), requests, plan.rate(), plan.openLoopTime());
      latencies = latencies == null ? more : latencies.plus(more);
      System.err.println("round " + (round + 1) + " of " + plan.rounds());
    }
    for (MeasuredStack stack : entrants) {
      stack.countStatements(load, plan);
    }
    if (latencies == null) {
      throw new IllegalStateException("the plan has no rounds");
    }
    return latencies;
  }

  private void publish(List<MeasuredStack> entrants, Latencies bare) throws IOException {
    HttpResults results = new HttpResults(plan, entrants, bare);
    report.draw("benchmarks.svg", results.chart());
    report.write("http", results.markdown());
  }
}
