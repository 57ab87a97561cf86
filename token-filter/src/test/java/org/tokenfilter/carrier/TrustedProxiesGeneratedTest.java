package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.WrittenRequest;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Requests through up to three proxies, each of which appends to, overwrites, passes on or leaves
 * out each header, with the client's own elements on the left: client, scheme, host and port are
 * those of the reference implementation.
 */
final class TrustedProxiesGeneratedTest {

  private static final int REQUESTS = 5_000;

  private static final TrustedProxies PROXIES = new TrustedProxies(ForwardedOracle.TRUSTED);

  private static final List<String> PEERS =
      List.of("10.0.0.7", "fd00::7", "::ffff:10.0.0.7", "192.0.2.1", "10.0.0.7", "10.9.9.9");
  private static final List<String> NODES =
      List.of(
          "203.0.113.9",
          "203.0.113.9:4711",
          "[2001:db8::1]:80",
          "2001:db8::1",
          "10.0.0.6",
          "[fd00::6]",
          "10.0.0.5:80",
          "unknown",
          "");
  private static final List<String> SCHEMES =
      List.of("https", "http", "HTTPS", "wss", "ws", "ftp", "");
  private static final List<String> HOSTS =
      List.of(
          "shop.example", "Shop.Example", "shop.example:8443", "[::1]", "[::1]:80", "inner", "");
  private static final List<String> PORTS =
      List.of("443", "80", "8443", "0", "65535", "65536", "x", "0443", "");

  private enum Outcome {
    CLIENT,
    NO_CLIENT,
    TLS,
    PLAIN,
    WITH_PORT,
    NO_SERVER
  }

  private final Random random = new Random(3);

  @Test
  void matchesReferenceForClientAndTarget() {
    Map<Outcome, Integer> seen = new EnumMap<>(Outcome.class);
    for (int i = 0; i < REQUESTS; i++) {
      String text = request();
      WrittenRequest written = WrittenRequest.parse(text.getBytes(StandardCharsets.ISO_8859_1));
      ForwardedOracle oracle = new ForwardedOracle(written);
      byte[] client = client(written);
      String server = server(written);
      assertThat(client).as(text).isEqualTo(oracle.client());
      assertThat(server).as(text).isEqualTo(oracle.server());
      seen.merge(client == null ? Outcome.NO_CLIENT : Outcome.CLIENT, 1, Integer::sum);
      seen.merge(
          server == null
              ? Outcome.NO_SERVER
              : server.startsWith("https") ? Outcome.TLS : Outcome.PLAIN,
          1,
          Integer::sum);
      if (server != null && server.endsWith("8443")) {
        seen.merge(Outcome.WITH_PORT, 1, Integer::sum);
      }
    }
    assertThat(seen).hasSize(Outcome.values().length);
    assertThat(seen.values()).allMatch(count -> count > REQUESTS / 50);
  }

  private static byte @Nullable [] client(WrittenRequest written) {
    try {
      return PROXIES.clientOf(written.received()).bytes();
    } catch (TokenRejectedException refused) {
      return null;
    }
  }

  private static @Nullable String server(WrittenRequest written) {
    try {
      return PROXIES.targetOrigin(written.received()).toString();
    } catch (TokenRejectedException refused) {
      return null;
    }
  }

  private String request() {
    StringBuilder text = new StringBuilder(":peer: ").append(one(PEERS)).append('\n');
    if (random.nextInt(4) == 0) {
      text.append(":secure: true\n");
    }
    if (random.nextInt(8) > 0) {
      text.append("Host: ")
          .append(one(List.of("shop.example", "inner:8080", "[::1]")))
          .append('\n');
    }
    int hops = 1 + random.nextInt(3);
    if (random.nextInt(3) > 0) {
      text.append(header("X-Forwarded-For", hops, NODES));
      text.append(header("X-Forwarded-Proto", hops, SCHEMES));
      text.append(header("X-Forwarded-Host", hops, HOSTS));
      text.append(header("X-Forwarded-Port", hops, PORTS));
    }
    if (random.nextInt(3) == 0) {
      text.append(forwarded(hops));
    }
    return text.toString();
  }

  private String one(List<String> of) {
    // The first two values are the usual ones, so that most requests are readable.
    return of.get(random.nextInt(3) > 0 ? random.nextInt(2) : random.nextInt(of.size()));
  }

  /** Returns a header of no, one or as many values as there are hops, in one or several lines. */
  private String header(String name, int hops, List<String> values) {
    int length = random.nextInt(3) > 0 ? hops : random.nextInt(hops + 2);
    StringBuilder header = new StringBuilder();
    for (int i = 0; i < length; i++) {
      boolean goesOn = header.length() > 0 && random.nextInt(4) > 0;
      header.append(goesOn ? ", " : (header.length() > 0 ? "\n" : "") + name + ": ");
      header.append(one(values));
    }
    return header.length() > 0 ? header.append('\n').toString() : "";
  }

  private String forwarded(int hops) {
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < hops; i++) {
      StringBuilder element = new StringBuilder("for=\"").append(one(NODES)).append('"');
      if (random.nextInt(3) > 0) {
        element.append(";proto=").append(one(SCHEMES));
      }
      if (random.nextInt(3) > 0) {
        element.append(";Host=\"").append(one(HOSTS)).append('"');
      }
      if (random.nextInt(12) == 0) {
        element.append(";proto=https");
      }
      elements.add(element.toString());
    }
    return "Forwarded: " + String.join(", ", elements) + "\n";
  }
}
