package org.tokenfilter.benchmark.http;

import java.sql.SQLException;
import java.util.List;
import org.tokenfilter.benchmark.database.Database;
import org.tokenfilter.benchmark.database.DatabaseActivity;
import org.tokenfilter.benchmark.load.LoadGenerator;
import org.tokenfilter.benchmark.load.LoadResult;
import org.tokenfilter.benchmark.peer.Node;
import org.tokenfilter.benchmark.peer.Peer;
import org.tokenfilter.benchmark.peer.TokenFilterPeer;

/** A stack that is measured, with its results. */
final class MeasuredStack implements AutoCloseable {

  private final Node node;
  private final boolean cold;
  private final List<byte[]> requests;
  private final double bytesPerToken;
  private final StackResults results = new StackResults();

  /**
   * Starts the stack, logs the clients in, and checks that it refuses a request without a token.
   *
   * @param peer the protection; closed with the stack
   * @param cold whether each token is new to the node in each turn
   * @param load the load generator
   * @param plan the amounts to measure
   */
  MeasuredStack(Peer peer, boolean cold, LoadGenerator load, BenchmarkPlan plan) throws Exception {
    this.node = new Node(peer);
    this.cold = cold;
    this.requests = node.requests(plan.clients());
    Database database = peer.database();
    this.bytesPerToken =
        database == null ? -1 : (double) database.bytes(peer.tables()) / plan.clients();
    if (load.sendOnce(node.port(), List.of(Node.request(""))).successes() > 0) {
      throw new IllegalStateException(name() + " accepts requests without a token");
    }
    results.warmUpFailed(load.sendOnce(node.port(), requests).failed());
    results.warmUpFailed(load.closedLoop(node.port(), requests, plan.warmUp()).failed());
  }

  String name() {
    return node.peer().name();
  }

  boolean isTokenFilter() {
    return node.peer() instanceof TokenFilterPeer;
  }

  StackResults results() {
    return results;
  }

  /**
   * Returns the bytes per token of all tables and indexes right after the logins; negative if not
   * known.
   */
  double bytesPerToken() {
    return bytesPerToken;
  }

  /**
   * Measures the throughput: sends the same requests to this stack and to the unprotected node in
   * turns, so that disturbances affect both.
   */
  void measureThroughput(Node bare, LoadGenerator load, BenchmarkPlan plan) throws Exception {
    LoadResult with = LoadResult.EMPTY;
    LoadResult without = LoadResult.EMPTY;
    long databaseNanos = 0;
    int turns = cold ? plan.coldTurns() : plan.turns();
    for (int turn = 0; turn < turns; turn++) {
      boolean bareFirst = turn % 2 == 0;
      if (cold) {
        node.restart();
      }
      if (bareFirst) {
        without = without.plus(run(bare, load, plan));
      }
      long cpu = databaseCpu();
      with = with.plus(run(node, load, plan));
      databaseNanos += databaseCpu() - cpu;
      if (!bareFirst) {
        without = without.plus(run(bare, load, plan));
      }
    }
    results.add(with, without, databaseNanos);
  }

  private LoadResult run(Node one, LoadGenerator load, BenchmarkPlan plan)
      throws InterruptedException {
    return cold
        ? load.sendOnce(one.port(), requests)
        : load.closedLoop(one.port(), requests, plan.closedLoopTime());
  }

  /**
   * Measures latencies at a rate below saturation. A cold stack has none: each of its tokens is new
   * only once.
   */
  void measureLatency(LoadGenerator load, BenchmarkPlan plan) throws InterruptedException {
    if (!cold) {
      results.add(load.openLoop(node.port(), requests, plan.rate(), plan.openLoopTime()));
    }
  }

  /** Counts the work that is done in the database. */
  void countStatements(LoadGenerator load, BenchmarkPlan plan) throws Exception {
    Database database = node.peer().database();
    if (database == null) {
      return;
    }
    if (cold) {
      node.restart();
    }
    database.startCounting();
    long good =
        cold
            ? load.sendOnce(node.port(), requests).successes()
            : load.closedLoop(node.port(), requests, plan.countingTime()).successes();
    DatabaseActivity activity = database.stopCounting();
    results.add(activity, good);
  }

  private long databaseCpu() throws SQLException {
    Database database = node.peer().database();
    return database == null ? 0 : database.cpuNanos();
  }

  @Override
  public void close() {
    node.close();
  }
}
