package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

final class RequestParametersTest {

  private static final String JSON = "application/json";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final AllowedParameters NAMES = AllowedParameters.ignoringOthers("name");
  private static final Set<BodyType> BOTH = EnumSet.allOf(BodyType.class);
  private static final int MAX_BODY_BYTES = 8192;

  @Test
  void readsBodyByItsContentType() throws Exception {
    assertThat(
            RequestParameters.ofBody(requestWith(JSON, "{\"name\":\"x\"}"), BOTH, NAMES)
                .get("name"))
        .isEqualTo("x");
    assertThat(RequestParameters.ofBody(requestWith(FORM, "name=x"), BOTH, NAMES).get("name"))
        .isEqualTo("x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";charset=utf-8",
        "; charset=UTF-8",
        " ; charset=utf-8",
        ";charset=\"utf-8\"",
        ";CHARSET=Utf-8"
      })
  void acceptsUtf8Charset(String parameter) throws Exception {
    for (String type : List.of(JSON, "Application/JSON")) {
      HttpServletRequest request = requestWith(type + parameter, "{}");
      assertThat(RequestParameters.ofBody(request, BOTH, NAMES).get("name")).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text/plain",
        "text/plain;application/json",
        "application/json;charset=utf-16",
        "application/json;charset=iso-8859-1",
        "application/json;charset=utf-8;charset=utf-16",
        "application/json;charset=",
        "application/json;x=y",
        "application/json, text/html",
        "application/json,application/json",
        "application/jsonp",
        "application/problem+json",
        "application/jſon",
        " application/json",
        "multipart/form-data",
        "*/*"
      })
  void refusesOtherContentTypes(String type) throws Exception {
    HttpServletRequest request = requestWith(type, "{}");
    assertRefused(request, BOTH, Rejection.UNSUPPORTED_MEDIA_TYPE);
    verify(request, never()).getInputStream();
  }

  @Test
  void refusesTypeTheEndpointDoesNotAccept() throws Exception {
    assertRefused(
        requestWith(FORM, "name=x"), Set.of(BodyType.JSON), Rejection.UNSUPPORTED_MEDIA_TYPE);
    assertRefused(requestWith(JSON, "{}"), Set.of(BodyType.FORM), Rejection.UNSUPPORTED_MEDIA_TYPE);
    HttpServletRequest untyped = requestWith(JSON, "{}");
    when(untyped.getContentType()).thenReturn(null);
    assertRefused(untyped, BOTH, Rejection.UNSUPPORTED_MEDIA_TYPE);
  }

  @Test
  void refusesBodyWithContentEncoding() throws Exception {
    for (String coding : List.of("gzip", "identity", "")) {
      HttpServletRequest request = requestWith(JSON, "{}");
      when(request.getHeader("Content-Encoding")).thenReturn(coding);
      assertRefused(request, BOTH, Rejection.UNSUPPORTED_MEDIA_TYPE);
    }
  }

  @Test
  void bodyOf8KibIsReadAndOneByteMoreIsNot() throws Exception {
    String most = "name=" + "x".repeat(MAX_BODY_BYTES - "name=".length());
    assertThat(RequestParameters.ofBody(requestWith(FORM, most), BOTH, NAMES).get("name"))
        .hasSize(MAX_BODY_BYTES - 5);
    assertRefused(requestWith(FORM, most + "x"), BOTH, Rejection.CONTENT_TOO_LARGE);
    HttpServletRequest unannounced = requestWith(FORM, most + "x");
    when(unannounced.getContentLengthLong()).thenReturn(-1L);
    assertRefused(unannounced, BOTH, Rejection.CONTENT_TOO_LARGE);
  }

  @Test
  void refusesTooLargeContentLengthWithoutReading() throws Exception {
    HttpServletRequest request = requestWith(FORM, "");
    when(request.getContentLengthLong()).thenReturn(MAX_BODY_BYTES + 1L);
    assertRefused(request, BOTH, Rejection.CONTENT_TOO_LARGE);
    verify(request, never()).getInputStream();
  }

  @Test
  void readsAtMostOneByteOverTheLimit() throws Exception {
    CountingBody endless =
        new CountingBody(
            new InputStream() {
              @Override
              public int read() {
                return 'x';
              }
            });
    assertRefused(requestWith(FORM, -1, endless), BOTH, Rejection.CONTENT_TOO_LARGE);
    assertThat(endless.readCount).isEqualTo(MAX_BODY_BYTES + 1);
  }

  @Test
  void refusesIncompleteBody() throws Exception {
    HttpServletRequest request = requestWith(FORM, "name=x");
    when(request.getInputStream()).thenThrow(new EOFException("early"));
    assertRefused(request, BOTH, Rejection.BAD_REQUEST);
    HttpServletRequest chunked = requestWith(FORM, "name=x");
    when(chunked.getInputStream()).thenThrow(new IllegalStateException("bad chunk"));
    assertRefused(chunked, BOTH, Rejection.BAD_REQUEST);
  }

  @ParameterizedTest
  @CsvSource({
    // length, Transfer-Encoding, Content-Type, has a body
    "0, , , false",
    "0, , application/json, false",
    "1, , , true",
    "-1, , , false",
    "-1, chunked, , true",
    // HTTP/2 requires neither a length nor Transfer-Encoding.
    "-1, , application/json, true"
  })
  void detectsBodyBeforeReadingIt(
      long length, @Nullable String coding, @Nullable String type, boolean body) {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getContentLengthLong()).thenReturn(length);
    when(request.getHeader("Transfer-Encoding")).thenReturn(coding);
    when(request.getContentType()).thenReturn(type);
    assertThat(RequestParameters.hasBody(request)).isEqualTo(body);
  }

  @Test
  void requiredFieldIsNeitherMissingNorEmpty() throws Exception {
    assertThat(RequestParameters.ofBody(requestWith(FORM, "name=+"), BOTH, NAMES).required("name"))
        .isEqualTo(" ");
    for (String form : List.of("", "name", "name=", "Name=x")) {
      RequestParameters parameters = RequestParameters.ofBody(requestWith(FORM, form), BOTH, NAMES);
      assertThatExceptionOfType(TokenRejectedException.class)
          .isThrownBy(() -> parameters.required("name"))
          .satisfies(refused -> assertThat(refused.detail()).isEqualTo("name is missing"));
    }
  }

  @Test
  void readsQueryAsAForm() throws Exception {
    HttpServletRequest request = mock(HttpServletRequest.class);
    assertThat(RequestParameters.ofQuery(request, NAMES).get("name")).isNull();
    when(request.getQueryString()).thenReturn("x=1&name=a%2Fb");
    assertThat(RequestParameters.ofQuery(request, NAMES).get("name")).isEqualTo("a/b");
  }

  private static HttpServletRequest requestWith(String type, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return requestWith(type, bytes.length, new CountingBody(new ByteArrayInputStream(bytes)));
  }

  private static HttpServletRequest requestWith(String type, long length, CountingBody body)
      throws IOException {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getContentType()).thenReturn(type);
    when(request.getContentLengthLong()).thenReturn(length);
    when(request.getInputStream()).thenReturn(body);
    return request;
  }

  private static void assertRefused(
      HttpServletRequest request, Set<BodyType> accepted, Rejection rejection) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(() -> RequestParameters.ofBody(request, accepted, NAMES))
        .satisfies(refused -> assertThat(refused.rejection()).isEqualTo(rejection));
  }

  /** A request body that counts the bytes read from it. */
  private static final class CountingBody extends ServletInputStream {

    private final InputStream content;
    private int readCount;

    CountingBody(InputStream content) {
      this.content = content;
    }

    @Override
    public int read() throws IOException {
      int next = content.read();
      readCount += next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = content.read(bytes, offset, length);
      readCount += Math.max(count, 0);
      return count;
    }

    @Override
    public boolean isFinished() {
      return false;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new UnsupportedOperationException("asynchronous reading is not supported");
    }
  }
}
