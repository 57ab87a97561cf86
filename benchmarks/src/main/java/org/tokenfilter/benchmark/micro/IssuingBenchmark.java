package org.tokenfilter.benchmark.micro;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.TokenRejectedException;

/** Issuing of a session token, without checking credentials. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls open first.
public class IssuingBenchmark {

  private BenchmarkNode node;

  /** Starts with an empty store for each iteration, so that the heap stays small. */
  @Setup(Level.Iteration)
  public void open() throws IOException {
    node = new BenchmarkNode();
  }

  /** Closes what was opened. */
  @TearDown(Level.Iteration)
  public void close() {
    node.close();
  }

  /** Issues a token in memory, each for another subject. */
  @Benchmark
  public IssuedToken issueInMemory() throws TokenRejectedException {
    return node.issue();
  }
}
