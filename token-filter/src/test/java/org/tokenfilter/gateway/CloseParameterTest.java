package org.tokenfilter.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** The parameter {@code close}: true or false, given once. */
class CloseParameterTest {

  @ParameterizedTest
  @CsvSource({
    "close=true, TRUE",
    "close=false, FALSE",
    "close=Y, TRUE",
    "close=N, FALSE",
    "page=2&close=true, TRUE",
    "close=false&page=2, FALSE",
    "&close=true&, TRUE",
  })
  void readsTrueAndFalse(String query, CloseParameter close) throws Exception {
    assertThat(read(query)).isEqualTo(close);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "&",
        "page=2",
        "Close=true",
        "CLOSE=yes",
        "closed=true",
        "disclose=true",
        "close[]=true",
        "page=close=true",
        "page=2;close=true",
        "%63lose=true",
        "close%3Dtrue",
      })
  void ignoresOtherParameters(@Nullable String query) throws Exception {
    assertThat(read(query)).isEqualTo(CloseParameter.ABSENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "close",
        "close=",
        "close=yes",
        "close=1",
        "close=TRUE",
        "close=y",
        "close=n",
        "close=YES",
        "close=%59",
        "close=True",
        "close=true ",
        "close=+true",
        "close=true+",
        "close=%74rue",
        "close=true%20",
        "close==true",
        "close=true;a=b",
        "close=true,false",
        "page=2&close",
      })
  void refusesAnyOtherValue(String query) {
    assertBad(query);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "close=true&close=true",
        "close=true&close=Y",
        "close=Y&close=Y",
        "close=true&close=false",
        "close=false&page=2&close=false",
        "close=true&close",
        "close&close=true",
        "close=&close=",
      })
  void refusesTwoParametersEvenIfTheyAgree(String query) {
    assertBad(query);
  }

  /** Reading a parameter would consume the body of a form, which belongs to the application. */
  @Test
  void doesNotReadTheBody() throws Exception {
    HttpServletRequest request = request("close=true");

    CloseParameter.of(request);

    verify(request, never()).getParameter(any());
    verify(request, never()).getParameterValues(any());
    verify(request, never()).getParameterMap();
    verify(request, never()).getInputStream();
    verify(request, never()).getReader();
  }

  private static void assertBad(String query) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(() -> read(query))
        .extracting(TokenRejectedException::rejection)
        .isEqualTo(Rejection.BAD_REQUEST);
  }

  private static CloseParameter read(@Nullable String query) throws TokenRejectedException {
    return CloseParameter.of(request(query));
  }

  private static HttpServletRequest request(@Nullable String query) {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getQueryString()).thenReturn(query);
    return request;
  }
}
