package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.Mockito.mock;

import com.code_intelligence.jazzer.junit.FuzzTest;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.WrittenRequest;
import org.tokenfilter.carrier.SessionHeader;
import org.tokenfilter.codec.SessionIdDigests;
import org.tokenfilter.gateway.CloseParameter;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.TokenRejectedException;

/** Fuzzed paths, session headers and close parameters of a request. */
class RequestLineFuzzTest {

  private static final String BASE64URL =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  /** Reads the path patterns from the values of the pseudo header :pattern. */
  @FuzzTest(maxDuration = "10m")
  void anyLine(byte[] data) {
    WrittenRequest written = WrittenRequest.parse(data);
    HttpServletRequest request = written.received();

    List<String> patterns = written.headers(":pattern");
    assertThat(
            new PathPatterns(patterns)
                .matches(
                    Dispatch.of(request, mock(FilterChain.class), mock(ServletContext.class))
                        .path()))
        .isEqualTo(covered(written, patterns));

    Set<String> sessions = new LinkedHashSet<>(written.headers("session"));
    sessions.remove("");
    Object session = sessions.isEmpty() ? null : sessions.iterator().next();
    assertThat(resultOf(() -> new SessionHeader("session").read(request)))
        .isEqualTo(sessions.size() > 1 ? Rejection.BAD_REQUEST : session);
    for (String id : sessions) {
      assertOneCanonicalForm(id);
    }

    assertThat(resultOf(() -> CloseParameter.of(request))).isEqualTo(close(written));
  }

  private static boolean covered(WrittenRequest request, List<String> patterns) {
    String path = request.header(":path");
    String info = request.header(":info");
    if (path == null) {
      return false;
    }
    String whole = info == null ? path : path + info;
    return !stepsUp(whole) && patterns.stream().anyMatch(pattern -> covers(pattern, whole));
  }

  private static boolean covers(String pattern, String path) {
    boolean prefix = pattern.endsWith("/*");
    String before = prefix ? pattern.substring(0, pattern.length() - 2) : pattern;
    return path.equals(before) || (prefix && (path + "/").startsWith(before + "/"));
  }

  /** Tests for a segment of two dots in any encoding, also before path parameters. */
  private static boolean stepsUp(String path) {
    String plain =
        path.replaceAll("(?i)%2f", "/")
            .replaceAll("(?i)%5c", "/")
            .replaceAll("(?i)%2e", ".")
            .replaceAll("(?i)%3b", ";")
            .replace('\\', '/');
    return Arrays.stream(plain.split("/", -1))
        .skip(1)
        .anyMatch(segment -> segment.split(";", -1)[0].equals(".."));
  }

  private static Object close(WrittenRequest request) {
    String query = request.header(":query");
    List<String> given =
        Arrays.stream(query == null ? new String[0] : query.split("&", -1))
            .filter(pair -> pair.split("=", 2)[0].equals("close"))
            .toList();
    if (given.isEmpty()) {
      return CloseParameter.ABSENT;
    }
    return given.size() == 1 && given.get(0).matches("close=(true|false)")
        ? CloseParameter.valueOf(given.get(0).substring(6).toUpperCase(Locale.ROOT))
        : Rejection.BAD_REQUEST;
  }

  /** Checks the canonical form: 43 digits, and the two unused bits of the last one are zero. */
  private static void assertOneCanonicalForm(String text) {
    boolean canonical =
        text.length() == 43
            && text.chars().allMatch(c -> BASE64URL.indexOf(c) >= 0)
            && BASE64URL.indexOf(text.charAt(42)) % 4 == 0;
    Throwable noSession = catchThrowable(() -> SessionId.parse(text));
    TokenId record = new SessionIdDigests().tokenIdOf(text);
    Throwable noId = catchThrowable(() -> TokenId.parse(text));
    if (canonical) {
      SessionId id = SessionId.parse(text);
      assertThat(id.value()).isEqualTo(text);
      assertThat(record).isEqualTo(id.tokenId());
      assertThat(TokenId.parse(text)).hasToString(text);
    } else {
      assertThat(record).isNull();
      for (Throwable thrown : Arrays.asList(noSession, noId)) {
        assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  private interface CheckedSupplier {
    @Nullable Object get() throws TokenRejectedException;
  }

  /** Returns the result or the rejection; no other exception is allowed. */
  private static @Nullable Object resultOf(CheckedSupplier question) {
    Object[] answer = new Object[1];
    Throwable thrown = catchThrowable(() -> answer[0] = question.get());
    if (thrown == null) {
      return answer[0];
    }
    assertThat(thrown).isInstanceOf(TokenRejectedException.class);
    return ((TokenRejectedException) thrown).rejection();
  }
}
