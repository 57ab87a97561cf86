package org.tokenfilter.attack;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;

/** The login routes by user name and password, and their answers, exact to the byte if known. */
enum LoginRoute {
  SESSION_BASIC("GET", "/security/rest/token/access/session/5"),
  OPEN_BASIC("POST", "/security/rest/token/access/5"),
  QUERY_BASIC("GET", "/GetSessionToken"),
  QUERY_FORM("POST", "/GetSessionToken"),
  CLIENT_JSON("POST", "/routelink/v1/sessionOpen/live"),
  GATEWAY_JSON("POST", FamilyServlets.GATEWAY + "/orders/login"),
  GATEWAY_FORM("POST", FamilyServlets.GATEWAY + "/orders/logon");

  private static final String JSON = "application/json";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final AtomicInteger CLIENTS = new AtomicInteger();

  final String method;
  final String path;

  LoginRoute(String method, String path) {
    this.method = method;
    this.path = path;
  }

  /** Returns the routes that accept Basic. */
  static List<LoginRoute> basic() {
    return Stream.of(values()).filter(LoginRoute::isBasic).toList();
  }

  /** Returns the routes that accept a body. */
  static List<LoginRoute> withBody() {
    return Stream.of(values()).filter(route -> !route.isBasic()).toList();
  }

  boolean isBasic() {
    return name().endsWith("BASIC");
  }

  boolean isJson() {
    return name().endsWith("JSON");
  }

  /** Returns whether its answers have the envelope of the token queries. */
  boolean isEnveloped() {
    return name().startsWith("QUERY");
  }

  String contentType() {
    return isJson() ? JSON : FORM;
  }

  /** Returns the name of the JSON member that contains the token. */
  String member() {
    return switch (this) {
      case SESSION_BASIC, OPEN_BASIC -> "access_token";
      case QUERY_BASIC, QUERY_FORM -> "SessionToken";
      case CLIENT_JSON -> "token";
      case GATEWAY_JSON, GATEWAY_FORM -> "userToken";
    };
  }

  /** Returns the token of a successful answer. */
  String tokenOf(Answer answer) {
    return WebApp.member(answer.body(), member());
  }

  Answer logIn(RawHttp client, String name, String password, String... headers) throws IOException {
    if (isBasic()) {
      return client.send(
          method,
          path,
          Stream.concat(
                  Stream.of("Authorization: " + WebApp.basic(name + ":" + password)),
                  Stream.of(headers))
              .toArray(String[]::new));
    }
    return post(client, contentType(), body(name, password), headers);
  }

  /** Returns the body with this name and password. */
  String body(String name, String password) {
    return isJson()
        ? json("\"" + escaped(name) + "\"", "\"" + escaped(password) + "\"")
        : (isEnveloped() ? "email=" : "username=")
            + URLEncoder.encode(name, StandardCharsets.UTF_8)
            + "&password="
            + URLEncoder.encode(password, StandardCharsets.UTF_8);
  }

  /** Returns the JSON body with these raw values. */
  String json(String name, String password) {
    return "{\"username\":%s,\"password\":%s%s}".formatted(name, password, extraMembers());
  }

  /** Returns further required members; each login names a new API client, with one token each. */
  String extraMembers() {
    return this == CLIENT_JSON
        ? ",\"apiClientName\":\"client" + CLIENTS.incrementAndGet() + "\""
        : "";
  }

  /** Posts a body, each character as one byte; an empty type means no Content-Type header. */
  Answer post(RawHttp client, String type, String body, String... headers) throws IOException {
    return client.raw(
        head(type, "Content-Length: " + body.length(), headers)
            + "Connection: close\r\n\r\n"
            + body);
  }

  /** Returns the head of a request with a body, without the final lines. */
  String head(String type, String length, String... headers) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        + (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n")
        + length
        + "\r\n"
        + Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining());
  }

  boolean issues(Answer answer) {
    return answer.status() == 200
        && hasJson(answer)
        && hasSafetyHeaders(answer)
        && answer.body().contains("\"" + member() + "\":\"eyJ")
        && answer.all("Set-Cookie").size() == (this == SESSION_BASIC ? 1 : 0);
  }

  /** Returns whether this is the answer to any wrong user name or password. */
  boolean refuses(Answer answer) {
    String scheme = isBasic() ? "Basic" : "Bearer";
    String challenge = scheme + " realm=\"" + AttackedApp.AUDIENCE + "\"";
    return isError(answer, 401, "Unauthorized", "not authenticated")
        && answer
            .all("WWW-Authenticate")
            .equals(List.of(isBasic() ? challenge + ", charset=\"UTF-8\"" : challenge));
  }

  boolean limits(Answer answer, int retryAfter) {
    return isError(answer, 429, "Too Many Requests", "refused")
        && answer.all("WWW-Authenticate").isEmpty()
        && answer.all("Retry-After").equals(List.of(Integer.toString(retryAfter)));
  }

  /** Returns whether this is the answer to a known user who can never get a token. */
  boolean isForbidden(Answer answer) {
    return isError(answer, 403, "Forbidden", "refused")
        && answer.all("WWW-Authenticate").isEmpty()
        && answer.all("Retry-After").isEmpty();
  }

  /** Returns whether this is the answer while too many logins wait for a check. */
  boolean isBusy(Answer answer) {
    return isError(answer, 503, "Service Unavailable", "not available")
        && answer.all("WWW-Authenticate").isEmpty()
        && answer.all("Retry-After").equals(List.of("1"));
  }

  /** Returns whether this is the answer while the store or the authenticator fails. */
  boolean isUnavailable(Answer answer) {
    return isEnveloped()
        ? isError(answer, 500, "", "not available")
        : ExpectedAnswer.UNAVAILABLE.fits(answer);
  }

  boolean isUnsupportedMediaType(Answer answer) {
    return isError(answer, 415, "Unsupported Media Type", "refused");
  }

  boolean isTooLarge(Answer answer) {
    return isError(answer, 413, "Content Too Large", "refused");
  }

  /** Returns whether this is the answer to an empty or invalid body. */
  boolean isBadRequest(Answer answer) {
    boolean own =
        switch (this) {
          case CLIENT_JSON ->
              answer.body().matches("\\{\"error\":\"permanent\",\"message\":\"[A-Za-z0-9 ._,-]*\"}")
                  && hasJson(answer);
          case QUERY_BASIC, QUERY_FORM ->
              answer
                  .body()
                  .matches("\\{.*\"Errors\":\\{\"Status\":400,\"Detail\":\"[A-Za-z0-9 ._,-]*\"}}");
          default ->
              answer
                  .body()
                  .equals("{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400}");
        };
    return own
        && answer.status() == 400
        && hasSafetyHeaders(answer)
        && answer
            .all("WWW-Authenticate")
            .equals(
                List.of(
                    "Bearer realm=\"" + AttackedApp.AUDIENCE + "\", error=\"invalid_request\""));
  }

  private boolean isError(Answer answer, int status, String title, String detail) {
    String problem =
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d}".formatted(title, status);
    String enveloped = "\"Errors\":{\"Status\":%d,\"Detail\":\"%s\"}}".formatted(status, detail);
    return answer.status() == status
        && hasSafetyHeaders(answer)
        && answer.all("Set-Cookie").isEmpty()
        && (isEnveloped()
            ? answer.body().endsWith(enveloped) && hasJson(answer)
            : answer.body().equals(problem)
                && answer.all("Content-Type").get(0).startsWith("application/problem+json"));
  }

  /** Returns whether the headers forbid caching and content sniffing. */
  private boolean hasSafetyHeaders(Answer answer) {
    return answer.all("Cache-Control").equals(List.of("no-store"))
        && answer.all("Pragma").equals(List.of("no-cache"))
        && answer.all("X-Content-Type-Options").equals(List.of("nosniff"))
        && (!isEnveloped() || answer.all("Referrer-Policy").equals(List.of("no-referrer")));
  }

  /** Ignores case, because containers write the charset's name differently. */
  private static boolean hasJson(Answer answer) {
    List<String> types = answer.all("Content-Type");
    return types.size() == 1 && types.get(0).equalsIgnoreCase("application/json;charset=utf-8");
  }

  private static String escaped(String text) {
    return text.chars()
        .mapToObj(
            c ->
                c < ' ' || c > '~' || c == '"' || c == '\\'
                    ? String.format("\\u%04x", c)
                    : Character.toString(c))
        .collect(Collectors.joining());
  }
}
