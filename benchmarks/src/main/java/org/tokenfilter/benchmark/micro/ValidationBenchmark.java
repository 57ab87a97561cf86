package org.tokenfilter.benchmark.micro;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/** Validation and renewal of a session token that the node has validated before. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls open first.
public class ValidationBenchmark {

  private static final int TOKENS = 10_000;

  private BenchmarkNode node;
  private List<PresentedToken> tokens;
  private int next;

  /** Issues the tokens, and validates each once. */
  @Setup
  public void open() throws IOException, TokenRejectedException {
    node = new BenchmarkNode();
    tokens = node.issueAndPresent(TOKENS);
    for (PresentedToken token : tokens) {
      node.service().validate(token);
    }
  }

  /** Closes what was opened. */
  @TearDown
  public void close() {
    node.close();
  }

  private PresentedToken next() {
    next = (next + 1) % TOKENS;
    return tokens.get(next);
  }

  /** Validates one of 10,000 tokens. */
  @Benchmark
  public ActiveToken validateWarm() throws TokenRejectedException {
    return node.service().validate(next());
  }

  /** Validates and renews a token. */
  @Benchmark
  public ActiveToken validateWarmAndRenew() throws TokenRejectedException {
    ActiveToken token = node.service().validate(next());
    node.service().renew(token);
    return token;
  }
}
