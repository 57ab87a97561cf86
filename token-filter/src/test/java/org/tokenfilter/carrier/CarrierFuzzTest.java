package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.code_intelligence.jazzer.junit.FuzzTest;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.WrittenRequest;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Arbitrary requests: the result is that of a reference implementation, or a refusal. */
class CarrierFuzzTest {

  private static final TrustedProxies PROXIES = new TrustedProxies(ForwardedOracle.TRUSTED);
  private static final TokenExtractor CARRIER =
      new TokenExtractor(true, "token", "SESSION", "session", PROXIES);

  private static final Pattern BEARER =
      Pattern.compile("[Bb][Ee][Aa][Rr][Ee][Rr] +([^ ].*)", Pattern.DOTALL);
  private static final Pattern SESSION_ID = Pattern.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]");
  private static final Pattern BASIC =
      Pattern.compile("[Bb][Aa][Ss][Ii][Cc] +([^ ].*)", Pattern.DOTALL);

  /** Extracts credentials, tokens and session ids, for the filter and for the service gateway. */
  @FuzzTest(maxDuration = "10m")
  void anyCarriage(byte[] data) {
    WrittenRequest written = WrittenRequest.parse(data);
    HttpServletRequest request = written.received();
    assertThat(answer(() -> Authorization.credentials(request, "basic")))
        .isEqualTo(credentials(written, BASIC));
    assertThat(answer(() -> Authorization.credentials(request, "bearer")))
        .isEqualTo(credentials(written, BEARER));
    assertThat(answer(() -> CARRIER.extract(request, List.of())))
        .isEqualTo(presented(written, new String[0]));

    String inBody = new String(written.body(), StandardCharsets.ISO_8859_1);
    List<String> elsewhere = new ArrayList<>(List.of(inBody));
    elsewhere.addAll(written.headers("userToken"));
    assertThat(answer(() -> CARRIER.extract(request, elsewhere)))
        .isEqualTo(presented(written, elsewhere.stream().distinct().toArray(String[]::new)));
  }

  /** Determines the client and the target server, never by the headers of an untrusted peer. */
  @FuzzTest(maxDuration = "10m")
  void anyForwarding(byte[] data) {
    WrittenRequest written = WrittenRequest.parse(data);
    HttpServletRequest request = written.received();
    ForwardedOracle oracle = new ForwardedOracle(written);
    assertThat(bytes(answer(() -> PROXIES.clientOf(request)))).isEqualTo(oracle.client());
    Object server = answer(() -> PROXIES.targetOrigin(request));
    assertThat(server instanceof Refused ? null : String.valueOf(server))
        .isEqualTo(oracle.server());
  }

  /** Reads a range of addresses from the first line, and an address to look up from the next. */
  @FuzzTest(maxDuration = "10m")
  void anyAddress(byte[] data) {
    String[] lines = new String(data, StandardCharsets.UTF_8).split("\n", 2);
    ClientAddress client = parsed(lines[lines.length - 1]);
    byte[] expected = AddressOracle.address(lines[lines.length - 1]);
    assertThat(bytes(client)).isEqualTo(expected);
    if (client != null && expected != null) {
      assertThat(parsed(client.toString())).isEqualTo(client);
      int bits = expected.length == 4 ? 24 : 64;
      Network around = network(client.prefix());
      assertThat(around != null && around.bits() == bits && around.contains(client)).isTrue();
    }

    Network network = network(lines[0]);
    String[] range = lines[0].split("/", 2);
    byte[] address = AddressOracle.address(range[0]);
    int most = address == null ? -1 : address.length * Byte.SIZE;
    int bits = range.length == 1 ? most : length(range[1]);
    boolean isRange =
        address != null
            && bits >= 0
            && bits <= most
            && AddressOracle.prefix(address, bits)
                .shiftLeft(most - bits)
                .equals(AddressOracle.prefix(address, most));
    assertThat(network != null).isEqualTo(isRange);
    if (network != null && client != null && expected != null && address != null) {
      boolean within =
          expected.length == address.length
              && AddressOracle.prefix(expected, bits).equals(AddressOracle.prefix(address, bits));
      assertThat(network.contains(client)).isEqualTo(within);
    }
  }

  private static int length(String text) {
    return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
  }

  private static @Nullable Network network(String text) {
    try {
      return Network.parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable ClientAddress parsed(String text) {
    try {
      return ClientAddress.parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static byte @Nullable [] bytes(@Nullable Object answer) {
    return answer instanceof ClientAddress client ? client.bytes() : null;
  }

  private static @Nullable Object credentials(WrittenRequest request, Pattern scheme) {
    List<String> headers = request.headers("Authorization");
    if (headers.size() > 1) {
      return new Refused(Rejection.BAD_REQUEST);
    }
    Matcher matcher = scheme.matcher(headers.isEmpty() ? "" : headers.get(0));
    return matcher.matches() ? matcher.group(1) : null;
  }

  private static @Nullable Object presented(WrittenRequest request, String[] given) {
    Set<String> explicit = new LinkedHashSet<>(List.of(given));
    Object credentials = credentials(request, BEARER);
    if (credentials instanceof String bearer) {
      explicit.add(bearer);
    }
    explicit.remove("");
    if (credentials instanceof Refused || explicit.size() > 1) {
      return new Refused(Rejection.BAD_REQUEST);
    }
    Set<String> all = new LinkedHashSet<>(explicit);
    all.addAll(CookieOracle.values(request.headers("Cookie"), "token"));
    if (all.isEmpty()) {
      return null;
    }
    Set<String> named = new LinkedHashSet<>(request.headers("session"));
    named.remove("");
    Set<String> sessions =
        new LinkedHashSet<>(CookieOracle.values(request.headers("Cookie"), "SESSION"));
    named.stream().limit(1).forEach(sessions::add);
    if (sessions.size() > 1) {
      sessions.removeIf(id -> !SESSION_ID.matcher(id).matches());
    }
    byte[] client = new ForwardedOracle(request).client();
    if (client == null) {
      return new Refused(Rejection.BAD_REQUEST);
    }
    String token = all.iterator().next();
    all.remove(token);
    return new PresentedToken(
        token,
        all,
        sessions,
        named.size() > 1,
        ClientAddress.parse(text(client)),
        explicit.isEmpty(),
        "true".equals(request.header("Token-Passive")));
  }

  /** Writes an address unlike the JDK does, so that the comparison does not depend on its form. */
  private static String text(byte[] address) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < address.length; i++) {
      String before = i == 0 ? "" : address.length == 4 ? "." : i % 2 == 0 ? ":" : "";
      text.append(before)
          .append(
              address.length == 4
                  ? String.valueOf(address[i] & 0xff)
                  : "%02X".formatted(address[i] & 0xff));
    }
    return text.toString();
  }

  private record Refused(Rejection rejection) {}

  private interface Extraction {
    @Nullable Object run() throws TokenRejectedException;
  }

  /** Returns the result or the refusal; any other exception fails the test. */
  private static @Nullable Object answer(Extraction question) {
    Object[] answer = new Object[1];
    Throwable thrown = catchThrowable(() -> answer[0] = question.run());
    if (thrown == null) {
      return answer[0];
    }
    assertThat(thrown).isInstanceOf(TokenRejectedException.class);
    return new Refused(((TokenRejectedException) thrown).rejection());
  }
}
