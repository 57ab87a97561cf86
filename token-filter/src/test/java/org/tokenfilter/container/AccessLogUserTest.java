package org.tokenfilter.container;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessLogUserTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "alice | alice",
        "alice@example.org | alice@example.org",
        "EXAMPLE/alice.b-c_d | EXAMPLE/alice.b-c_d",
        "alice b | alice%20b",
        "`a\"b` | a%22b",
        "`a\nGET / 200 admin` | a%0AGET%20/%20200%20admin",
        "`a\rb\tc` | a%0Db%09c",
        "a%20b | a%2520b",
        "EXAMPLE\\alice | EXAMPLE%5Calice",
        "\u00e4 | %C3%A4",
        "\ud83d\ude00 | %F0%9F%98%80"
      })
  void encodesNameAsOneWord(String name, String word) {
    HttpServletRequest request = mock(HttpServletRequest.class);
    AccessLogUser.set(request, name);
    verify(request).setAttribute("org.tokenfilter.user", word);
  }
}
