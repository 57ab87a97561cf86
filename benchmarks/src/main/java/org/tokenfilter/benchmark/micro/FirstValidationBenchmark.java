package org.tokenfilter.benchmark.micro;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/** Validation of a session token that is new to the node. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls open and start first.
public class FirstValidationBenchmark {

  private static final int TOKENS = 10_000;

  private BenchmarkNode node;
  private List<PresentedToken> tokens;
  private TokenService service;

  /** Issues the tokens. */
  @Setup
  public void open() throws IOException, TokenRejectedException {
    node = new BenchmarkNode();
    tokens = node.issueAndPresent(TOKENS);
  }

  /** Starts a new node for each round. Its allocations are shared among all tokens. */
  @Setup(Level.Invocation)
  public void start() {
    service = node.restart();
  }

  /** Closes what was opened. */
  @TearDown
  public void close() {
    node.close();
  }

  /** Validates each token once. */
  @Benchmark
  @OperationsPerInvocation(TOKENS)
  public void validateNew(Blackhole seen) throws TokenRejectedException {
    for (PresentedToken token : tokens) {
      seen.consume(service.validate(token));
    }
  }
}
