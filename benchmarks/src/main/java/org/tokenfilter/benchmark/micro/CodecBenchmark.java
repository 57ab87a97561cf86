package org.tokenfilter.benchmark.micro;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.tokenfilter.codec.JweTokenCodec;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.token.TokenRejectedException;

/** Encoding and decoding of a token. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CodecBenchmark {

  private static final String AUDIENCE = "/orders";
  private static final Duration LIFE = Duration.ofDays(7);

  private final SecureRandom random = new SecureRandom();
  private final KeyRing ring =
      KeyRing.of(
          List.of(
              ContentKey.random(
                  "k1", ContentEncryption.A128CBC_HS256, ContentKey.State.ACTIVE, random)));
  private final TokenCodec codec = new JweTokenCodec(() -> ring, AUDIENCE, random);
  private final TokenClaims claims = claims();
  private final String token = codec.encode(claims);

  private TokenClaims claims() {
    byte[] id = new byte[TokenId.LENGTH];
    random.nextBytes(id);
    Instant now = Clock.systemUTC().instant();
    return new TokenClaims(TokenId.of(id), TokenKind.SESSION, AUDIENCE, now, now.plus(LIFE));
  }

  /** Encodes claims. */
  @Benchmark
  public String encode() {
    return codec.encode(claims);
  }

  /** Decodes a token, without a cache. */
  @Benchmark
  public TokenClaims decode() throws TokenRejectedException {
    return codec.decode(token);
  }
}
