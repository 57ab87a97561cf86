package org.tokenfilter.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** An application that binds its metrics, issues a token and stops; for any class loader. */
final class BoundApplication implements BiConsumer<MeterRegistry, Path> {

  @Override
  public void accept(MeterRegistry registry, Path folder) {
    Map<String, String> settings =
        Map.of(
            "token.keys.file",
            folder.resolve("keys.jwks").toString(),
            "token.keys.generate",
            "true");
    try (TokenSecurity security = TokenSecurity.from(settings);
        TokenMetrics metrics = new TokenMetrics(security)) {
      metrics.bindTo(registry);
      var unused =
          security
              .service()
              .issueOpen(Subject.of("alice"), Duration.ZERO, ClientAddress.parse("192.0.2.1"));
    } catch (TokenRejectedException e) {
      throw new IllegalStateException(e);
    }
  }
}
