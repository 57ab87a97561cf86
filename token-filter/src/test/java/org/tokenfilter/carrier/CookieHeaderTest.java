package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.tomcat.util.http.MimeHeaders;
import org.apache.tomcat.util.http.Rfc6265CookieProcessor;
import org.apache.tomcat.util.http.ServerCookies;
import org.eclipse.jetty.http.CookieCompliance;
import org.eclipse.jetty.http.CookieParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Case D14: the values read from the header Cookie, with any other content beside them. */
class CookieHeaderTest {

  private static final int HEADERS = 20_000;
  private static final List<String> NAMES =
      List.of("token", "SESSION", "session", "TOKEN", "token2", "__Host-token", "a", "xSESSION");
  private static final String OCTETS =
      "!#$%&'()*+-./0123456789:<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
  private static final String HOSTILE = "=;\"\\, \ttokenSESION$\u0000\u0001\u007f\u00e9{}";

  /** Reads headers that are well-formed by RFC 6265, 4.2.1, as Tomcat and Jetty do. */
  @Test
  void readsWellFormedHeadersLikeContainers() {
    Random random = new Random(6265);
    int found = 0;
    for (int i = 0; i < HEADERS; i++) {
      List<String> lines = new ArrayList<>();
      for (int line = random.nextInt(3); line >= 0; line--) {
        lines.add(wellFormed(random));
      }
      for (String name : List.of("token", "SESSION")) {
        Set<String> read = read(name, lines);
        assertThat(read).as("%s", lines).isEqualTo(byTomcat(name, lines));
        assertThat(read).as("%s", lines).isEqualTo(byJetty(name, lines));
        found += read.size();
      }
    }
    assertThat(found).isGreaterThan(HEADERS);
  }

  /** Reads malformed headers as the reference implementation does, and throws nothing. */
  @Test
  void readsAnyHeaderLikeTheReference() {
    Random random = new Random(2965);
    for (int i = 0; i < HEADERS; i++) {
      List<String> lines = new ArrayList<>();
      for (int line = random.nextInt(3); line >= 0; line--) {
        lines.add(hostile(random));
      }
      for (String name : List.of("token", "SESSION")) {
        assertThat(read(name, lines)).as("%s", lines).isEqualTo(CookieOracle.values(lines, name));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "token=a | a",
        "token=a; token=b | a b",
        "token=a;token=b | a b",
        "token=a; token=a | a",
        "x=1; token=a; y=2 | a",
        "token=\"a\" | a",
        "token=\"a\"; token=a | a",
        "token=a=b | a=b",
        "token== | =",
        "token=a,token=b | a,token=b",
        "token=\"a,b\" | a,b",
        "$Version=1; token=a; $Path=/ | a",
        "$token=a |",
        "token |",
        "token= |",
        "token=\"\" |",
        "token=\" | \"",
        "=a |",
        "; ;; ; |",
        "Token=a; TOKEN=b |",
        "tokens=a; xtoken=b |",
        "token =a |",
        // Browsers store no semicolon: it always terminates a cookie, even within quotes.
        "x=\"a; token=b; y=c\" | b",
        "token=\"a; x=b\" | \"a",
        "x=\"a\\\"; token=b | b",
        "token=\"\"a\"\" | \"a\""
      })
  void endsCookieAtSemicolon(String line, @Nullable String values) {
    Set<String> expected = new LinkedHashSet<>();
    if (values != null) {
      expected.addAll(List.of(values.split(" ", -1)));
    }
    assertThat(read("token", List.of(line))).isEqualTo(expected);
  }

  /** A reader that restarted at each of these characters would need hours. */
  @Test
  void readsHostileHeadersInLinearTime() {
    int million = 1_000_000;
    for (String part : List.of(";", "=", "\"", " ", "token=;", "token=\";", "SESSION=x;", "t")) {
      assertThat(read("token", List.of(part.repeat(million) + "; token=a"))).as(part).contains("a");
    }
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      many.append("token=").append(i).append(';');
    }
    assertThat(read("token", List.of(many.toString()))).hasSize(100_000);
  }

  @Test
  void ignoresCookieThatIsNotConfigured() {
    DistinctValues tokens = new DistinctValues();
    DistinctValues sessionIds = new DistinctValues();
    new CookieHeader(null, "SESSION")
        .read(request(List.of("token=a; null=b; SESSION=c")), tokens, sessionIds);
    assertThat(tokens.all()).isEmpty();
    assertThat(sessionIds.all()).containsExactly("c");
  }

  private static String wellFormed(Random random) {
    List<String> pairs = new ArrayList<>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      StringBuilder value = new StringBuilder();
      for (int length = random.nextInt(6); length > 0; length--) {
        value.append(OCTETS.charAt(random.nextInt(OCTETS.length())));
      }
      boolean quoted = random.nextInt(4) == 0;
      pairs.add(
          NAMES.get(random.nextInt(NAMES.size()))
              + "="
              + (quoted ? "\"" + value + "\"" : value.toString()));
    }
    return String.join("; ", pairs);
  }

  private static String hostile(Random random) {
    StringBuilder line = new StringBuilder();
    for (int i = random.nextInt(12); i >= 0; i--) {
      switch (random.nextInt(4)) {
        case 0 -> line.append("token=");
        case 1 -> line.append("; SESSION=");
        default -> line.append(HOSTILE.charAt(random.nextInt(HOSTILE.length())));
      }
    }
    return line.toString();
  }

  private static Set<String> read(String name, List<String> lines) {
    DistinctValues tokens = new DistinctValues();
    DistinctValues sessionIds = new DistinctValues();
    new CookieHeader("token", "SESSION").read(request(lines), tokens, sessionIds);
    return name.equals("token") ? tokens.all() : sessionIds.all();
  }

  /** Returns a cheap request: a mock would be too slow for thousands of them. */
  private static HttpServletRequest request(List<String> lines) {
    return (HttpServletRequest)
        Proxy.newProxyInstance(
            CookieHeaderTest.class.getClassLoader(),
            new Class<?>[] {HttpServletRequest.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getHeader" -> lines.get(0);
                  case "getHeaders" -> Collections.enumeration(lines);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static Set<String> byTomcat(String name, List<String> lines) {
    MimeHeaders headers = new MimeHeaders();
    for (String line : lines) {
      byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
      headers.addValue("Cookie").setBytes(bytes, 0, bytes.length);
    }
    ServerCookies cookies = new ServerCookies(4);
    cookies.setLimit(-1);
    new Rfc6265CookieProcessor().parseCookieHeader(headers, cookies);
    Set<String> values = new LinkedHashSet<>();
    for (int i = 0; i < cookies.getCookieCount(); i++) {
      if (cookies.getCookie(i).getName().toString().equals(name)) {
        values.add(cookies.getCookie(i).getValue().toString());
      }
    }
    values.remove("");
    return values;
  }

  private static Set<String> byJetty(String name, List<String> lines) {
    Set<String> values = new LinkedHashSet<>();
    CookieParser parser =
        CookieParser.newParser(
            (cookie, value, version, domain, path, comment) -> {
              if (cookie.equals(name)) {
                values.add(value);
              }
            },
            CookieCompliance.RFC6265,
            null);
    try {
      parser.parseFields(lines);
    } catch (CookieParser.InvalidCookieException e) {
      throw new AssertionError(lines.toString(), e);
    }
    values.remove("");
    return values;
  }
}
