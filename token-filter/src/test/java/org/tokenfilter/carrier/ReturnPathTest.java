package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Return paths, which lead into the application for every value of the parameter. */
class ReturnPathTest {

  private static String from(@Nullable String parameter) {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getParameter("next")).thenReturn(parameter);
    return ReturnPath.from(request, "/shop");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/shop",
        "/shop/",
        "/shop/orders?page=2&a=//b",
        "/shop?x",
        "/shop/a;b=c/d%20e",
        "/shop/..a/b..",
        "/shop/x?to=https://example.org/../"
      })
  void acceptsPathsOfTheApplication(String way) {
    assertThat(from(way)).isEqualTo(way);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "https://evil.example/shop/",
        "//evil.example/shop/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/shop\t/",
        "/shop/\r\nSet-Cookie: a=b",
        " /shop/",
        "javascript:alert(1)",
        "/shopping",
        "/other",
        "/",
        "/shop/../other",
        "/shop/%2e%2e/other",
        "/shop/.%2E/other",
        "/shop/..;/other",
        "/shop/..",
        "/shop/\u00fc",
        "/shop/#//evil.example",
        "/shop/\u0000",
        "/shop/?\"><script>alert(1)</script>",
        "/shop/`"
      })
  void refusesOtherDestinations(String way) {
    assertThat(from(way)).isEqualTo("/shop/");
  }

  @Test
  void returnPathIsOptionalAndBounded() {
    assertThat(from(null)).isEqualTo("/shop/");
    assertThat(from("/shop/" + "a".repeat(1994))).hasSize(2000);
    assertThat(from("/shop/" + "a".repeat(1995))).isEqualTo("/shop/");
  }

  /** Resolves return paths by java.net, which handles hosts and parent steps; all must parse. */
  @Test
  void noTextLeadsToAnotherHost() {
    Random random = new Random(16);
    String letters = "//\\..;:?#%2eaA@\t\n ";
    URI login = URI.create("https://shop.example/shop/login");
    AtomicReference<String> parameter = new AtomicReference<>();
    HttpServletRequest request = mock(HttpServletRequest.class, withSettings().stubOnly());
    when(request.getParameter("next")).thenAnswer(call -> parameter.get());
    for (int i = 0; i < 50_000; i++) {
      StringBuilder way = new StringBuilder(random.nextBoolean() ? "/shop" : "");
      for (int length = random.nextInt(12); length > 0; length--) {
        way.append(letters.charAt(random.nextInt(letters.length())));
      }
      parameter.set(way.toString());
      String back = ReturnPath.from(request, "/shop");
      URI target = login.resolve(URI.create(back.replaceAll("%(?![0-9a-fA-F]{2})", "%25")));
      assertThat(target.getHost()).as(way.toString()).isEqualTo("shop.example");
      assertThat(target.normalize().getRawPath()).as(way.toString()).startsWith("/shop");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/shop/orders, page=2&x=a%20b, /shop/login?next=%2Fshop%2Forders%3Fpage%3D2%26x%3Da%2520b",
    "/shop/orders, , /shop/login?next=%2Fshop%2Forders",
    "//evil.example/shop/, , /shop/login",
    "/shop/..;/x, , /shop/login"
  })
  void loginPageUrlContainsReturnPath(String uri, @Nullable String query, String address) {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getRequestURI()).thenReturn(uri);
    when(request.getQueryString()).thenReturn(query);
    assertThat(ReturnPath.loginPageUrl(request, "/shop", "/login")).isEqualTo(address);
  }

  @Test
  void returnsToThePathBeforeTheForward() {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getRequestURI()).thenReturn("/shop/inner");
    when(request.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI)).thenReturn("/shop/outer");
    when(request.getAttribute(RequestDispatcher.FORWARD_QUERY_STRING)).thenReturn("a=b");
    assertThat(ReturnPath.loginPageUrl(request, "/shop", "/login"))
        .isEqualTo("/shop/login?next=%2Fshop%2Fouter%3Fa%3Db");
  }

  /** Containers return such a context path decoded, or as it was sent. */
  @ParameterizedTest
  @ValueSource(strings = {"/caf\u00e9 1", "/caf%C3%A9%201"})
  void writesContextPathAsSent(String contextPath) {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getRequestURI()).thenReturn("/caf%C3%A9%201/x");
    assertThat(ReturnPath.loginPageUrl(request, contextPath, "/login"))
        .isEqualTo("/caf%C3%A9%201/login?next=%2Fcaf%25C3%25A9%25201%2Fx");
    assertThat(ReturnPath.from(request, contextPath)).isEqualTo("/caf%C3%A9%201/");
  }
}
