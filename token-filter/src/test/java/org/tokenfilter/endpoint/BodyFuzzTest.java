package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.code_intelligence.jazzer.junit.FuzzTest;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.WrittenRequest;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Fuzzed bodies and queries, whose parameters are compared with those of a second parser. */
class BodyFuzzTest {

  private static final int MAX_BYTES = 8192;
  private static final List<AllowedParameters> NAMES =
      List.of(
          AllowedParameters.ignoringOthers("token", "minutes"),
          AllowedParameters.rejectingOthers("token", "minutes"));

  /** Parses a JSON or form body, according to Content-Type, and a query. */
  @FuzzTest(maxDuration = "10m")
  void anyBody(byte[] data) {
    WrittenRequest written = WrittenRequest.parse(data);
    HttpServletRequest request = written.received();
    String query = written.header(":query");
    for (AllowedParameters allowed : NAMES) {
      Object expected = expected(written, allowed);
      Object fields =
          resultOf(() -> RequestParameters.ofBody(request, EnumSet.allOf(BodyType.class), allowed));
      assertSameParameters(fields, expected, allowed);
      assertSameParameters(
          resultOf(() -> RequestParameters.ofQuery(request, allowed)),
          query == null
              ? Map.of()
              : orRejected(
                  ReferenceParameterParser.form(
                      query.getBytes(StandardCharsets.ISO_8859_1), allowed)),
          allowed);
    }
    assertThat(resultOf(() -> TokenParameter.read(request))).isEqualTo(token(written));
  }

  /** Parses a lifetime in minutes, a number in its only canonical form. */
  @FuzzTest(maxDuration = "10m")
  void anyMinutes(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    Object answer = resultOf(() -> MinutesParser.parse(text));
    if (answer instanceof Duration duration) {
      assertThat(Integer.toString(Math.toIntExact(duration.toMinutes()))).isEqualTo(text);
    } else {
      assertThat(answer).isEqualTo(Rejection.BAD_REQUEST);
      boolean number = text.chars().allMatch(c -> c >= '0' && c <= '9') && !text.isEmpty();
      assertThat(number && text.length() < 10 && (text.length() == 1 || text.charAt(0) != '0'))
          .isFalse();
    }
  }

  private static void assertSameParameters(
      Object fields, Object expected, AllowedParameters allowed) {
    if (fields instanceof RequestParameters read && expected instanceof Map<?, ?> map) {
      for (String name : allowed.names()) {
        assertThat(read.get(name)).isEqualTo(map.get(name));
      }
    } else {
      assertThat(fields).isEqualTo(expected);
    }
  }

  /** Returns the expected fields, or the expected rejection. */
  private static Object expected(WrittenRequest request, AllowedParameters allowed) {
    @Nullable BodyType type = type(request);
    if (type == null) {
      return Rejection.UNSUPPORTED_MEDIA_TYPE;
    }
    byte[] body = request.body();
    if (body.length > MAX_BYTES) {
      return Rejection.CONTENT_TOO_LARGE;
    }
    return orRejected(
        type == BodyType.JSON
            ? ReferenceParameterParser.json(body, allowed)
            : ReferenceParameterParser.form(body, allowed));
  }

  private static Object token(WrittenRequest request) {
    if (type(request) != BodyType.FORM) {
      return Rejection.UNSUPPORTED_MEDIA_TYPE;
    }
    Object fields = expected(request, AllowedParameters.ignoringOthers("token"));
    if (!(fields instanceof Map<?, ?> map)) {
      return fields;
    }
    Object token = map.get("token");
    return token == null || token.equals("") ? Rejection.BAD_REQUEST : token;
  }

  private static Object orRejected(@Nullable Map<String, String> fields) {
    return fields == null ? Rejection.BAD_REQUEST : fields;
  }

  /** Parses the content type by cutting the text, while the main code uses a pattern. */
  private static @Nullable BodyType type(WrittenRequest request) {
    String type = request.header("Content-Type");
    if (type == null || request.header("Content-Encoding") != null) {
      return null;
    }
    String lower = type.toLowerCase(Locale.ROOT);
    for (Map.Entry<String, BodyType> media :
        Map.of(
                "application/json", BodyType.JSON,
                "application/x-www-form-urlencoded", BodyType.FORM)
            .entrySet()) {
      if (lower.equals(media.getKey())
          || (lower.startsWith(media.getKey())
              && isUtf8(lower.substring(media.getKey().length())))) {
        return media.getValue();
      }
    }
    return null;
  }

  private static boolean isUtf8(String parameter) {
    String[] parts = parameter.split("=", 2);
    int semicolon = parts[0].indexOf(';');
    return parts.length == 2
        && semicolon >= 0
        && withoutSpaces(parts[0].substring(0, semicolon)).isEmpty()
        && withoutSpaces(parts[0].substring(semicolon + 1)).equals("charset")
        && Set.of("utf-8", "\"utf-8\"").contains(afterSpaces(parts[1]));
  }

  private static String withoutSpaces(String text) {
    return text.replaceAll("^ +| +$", "");
  }

  private static String afterSpaces(String text) {
    return text.replaceAll("^ +", "");
  }

  private interface CheckedSupplier {
    Object get() throws TokenRejectedException;
  }

  /** Returns the result or the rejection; no other exception is allowed. */
  private static Object resultOf(CheckedSupplier question) {
    Object[] answer = new Object[1];
    Throwable thrown = catchThrowable(() -> answer[0] = question.get());
    if (thrown == null) {
      return answer[0];
    }
    assertThat(thrown).isInstanceOf(TokenRejectedException.class);
    return ((TokenRejectedException) thrown).rejection();
  }
}
