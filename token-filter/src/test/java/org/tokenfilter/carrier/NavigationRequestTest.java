package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NavigationRequestTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # method | Sec-Fetch-Mode | Accept | X-Requested-With
          GET  | navigate    |                  |                | true
          GET  | navigate    | application/json |                | true
          GET  | cors        | text/html        |                | false
          GET  | no-cors     | text/html        |                | false
          GET  | websocket   | text/html        |                | false
          GET  | same-origin | text/html        |                | false
          GET  |             |                  |                | false
          GET  |             | */*              |                | false
          GET  |             | application/json |                | false
          GET  |             | text/html        |                | true
          GET  |             | TEXT/HTML;charset=utf-8 |         | true
          GET  |             | text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8 | | true
          GET  |             | text/html, application/xhtml+xml, image/jxr, */* | | true
          GET  |             | text/html, */*; q=0.01 | XMLHttpRequest | false
          GET  |             | application/json, text/html | | false
          GET  |             | text/html;q=0.5, application/json | | false
          GET  |             | text/html;q=0    |                | false
          GET  |             | text/html;q=x    |                | false
          GET  |             | "text/html       |                | false
          POST | navigate    | text/html        |                | false
          HEAD | navigate    | text/html        |                | false
          """,
      quoteCharacter = '\'')
  void recognizesNavigation(
      String method,
      @Nullable String mode,
      @Nullable String accept,
      @Nullable String with,
      boolean navigation) {
    SentRequest request = SentRequest.of(method);
    if (mode != null) {
      request.header("Sec-Fetch-Mode", mode);
    }
    if (accept != null) {
      request.header("Accept", accept);
    }
    if (with != null) {
      request.header("X-Requested-With", with);
    }
    assertThat(NavigationRequest.matches(request.received())).isEqualTo(navigation);
  }
}
