package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;

/**
 * Gives a session token's cookies to a browser, and takes them back. Thread-safe.
 *
 * <pre>
 *   Set-Cookie: SESSION=q3W...; HttpOnly; Path=/app; SameSite=Lax; Secure
 *   Set-Cookie: SESSION=; HttpOnly; Path=/app; SameSite=Lax; Secure; Max-Age=0
 * </pre>
 *
 * <p>They live as long as the browser's session: the token's life is judged here, not there.
 */
public final class CookieWriter {

  /** When cookies get the attribute Secure. */
  public enum Secure {
    /** Where the client asked over TLS, as far as the container and trusted proxies say. */
    AUTO,
    /** Always. */
    TRUE,
    /** Never. */
    FALSE
  }

  /** What a request adds to the steps of its path, and would else add to the cookie. */
  private static final Pattern PATH_PARAMETERS = Pattern.compile(";[^/]*");

  private final @Nullable String tokenCookie;
  private final String sessionCookie;
  private final Secure secure;
  private final String sameSite;
  private final @Nullable String path;
  private final TrustedProxies proxies;

  /**
   * A writer.
   *
   * @param tokenCookie the cookie for the token; null where tokens do not travel in cookies
   * @param sessionCookie the cookie for the session id
   * @param sameSite Strict, Lax or None
   * @param path the cookies' path; null for the context path
   * @param proxies know whether the client asked over TLS
   */
  public CookieWriter(
      @Nullable String tokenCookie,
      String sessionCookie,
      Secure secure,
      String sameSite,
      @Nullable String path,
      TrustedProxies proxies) {
    this.tokenCookie = tokenCookie;
    this.sessionCookie = sessionCookie;
    this.secure = secure;
    this.sameSite = sameSite;
    this.path = path;
    this.proxies = proxies;
  }

  /** Gives the cookies of a session token; other kinds have none. */
  public void give(HttpServletRequest request, HttpServletResponse response, IssuedToken token) {
    SessionId session = token.sessionId();
    if (session == null) {
      return;
    }
    if (!isSecure(request)) {
      proxies.plainCookies(request, secure == Secure.FALSE);
    }
    Problem.forbidStoring(response);
    add(request, response, sessionCookie, session.value(), "");
    if (tokenCookie != null) {
      add(request, response, tokenCookie, token.value(), "");
    }
  }

  /** Takes the cookies back. */
  public void takeBack(HttpServletRequest request, HttpServletResponse response) {
    Problem.forbidStoring(response);
    add(request, response, sessionCookie, "", "; Max-Age=0");
    if (tokenCookie != null) {
      add(request, response, tokenCookie, "", "; Max-Age=0");
    }
  }

  private void add(
      HttpServletRequest request,
      HttpServletResponse response,
      String name,
      String value,
      String age) {
    String where =
        path == null ? PATH_PARAMETERS.matcher(request.getContextPath()).replaceAll("") : path;
    response.addHeader(
        "Set-Cookie",
        name
            + "="
            + value
            + "; HttpOnly; Path="
            + (where.isEmpty() ? "/" : where)
            + "; SameSite="
            + sameSite
            + (isSecure(request) ? "; Secure" : "")
            + age);
  }

  private boolean isSecure(HttpServletRequest request) {
    return secure == Secure.TRUE || (secure == Secure.AUTO && proxies.isSecure(request));
  }
}
