package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;

/**
 * A writer that adds and expires the cookies of a session token. Thread-safe.
 *
 * <pre>
 *   Set-Cookie: SESSION=q3W...; HttpOnly; Path=/app; SameSite=Lax; Secure
 *   Set-Cookie: SESSION=; HttpOnly; Path=/app; SameSite=Lax; Secure; Max-Age=0
 * </pre>
 *
 * <p>The cookies live as long as the browser's session, unless a maximum age is set. The lifetime
 * of the token itself is enforced by the server, not by the cookies.
 */
public final class CookieWriter {

  /** The condition under which cookies have the attribute Secure. */
  public enum Secure {
    /** If the client uses TLS, as far as the container and trusted proxies report it. */
    AUTO,
    /** Always. */
    TRUE,
    /** Never. */
    FALSE
  }

  /**
   * Path parameters, which a request may add to the segments of its path and which must not get
   * into the path of a cookie.
   */
  private static final Pattern PATH_PARAMETERS = Pattern.compile(";[^/]*");

  private final @Nullable String tokenCookie;
  private final String sessionCookie;
  private final Secure secure;
  private final String sameSite;
  private final @Nullable String path;
  private final TrustedProxies proxies;
  private final Duration maxAge;
  private final boolean partitioned;

  /**
   * Creates a writer.
   *
   * @param tokenCookie the name of the token cookie; null if tokens do not travel in cookies
   * @param sessionCookie the name of the session id cookie
   * @param secure the condition for the attribute Secure
   * @param sameSite the value of the attribute SameSite: Strict, Lax or None
   * @param path the path of the cookies; null for the context path
   * @param proxies determine whether the client uses TLS
   */
  public CookieWriter(
      @Nullable String tokenCookie,
      String sessionCookie,
      Secure secure,
      String sameSite,
      @Nullable String path,
      TrustedProxies proxies) {
    this(tokenCookie, sessionCookie, secure, sameSite, path, proxies, Duration.ZERO, false);
  }

  private CookieWriter(
      @Nullable String tokenCookie,
      String sessionCookie,
      Secure secure,
      String sameSite,
      @Nullable String path,
      TrustedProxies proxies,
      Duration maxAge,
      boolean partitioned) {
    this.tokenCookie = tokenCookie;
    this.sessionCookie = sessionCookie;
    this.secure = secure;
    this.sameSite = sameSite;
    this.path = path;
    this.proxies = proxies;
    this.maxAge = maxAge;
    this.partitioned = partitioned;
  }

  /**
   * Returns a writer whose cookies outlive the browser's session, but never their token. Because a
   * renewal sends no cookie, the cookies get the absolute expiry of the token from the start.
   *
   * @param longest the maximum age; zero for as long as the browser's session
   */
  public CookieWriter withMaxAge(Duration longest) {
    return new CookieWriter(
        tokenCookie, sessionCookie, secure, sameSite, path, proxies, longest, partitioned);
  }

  /**
   * Returns a writer whose cookies are partitioned: a browser keeps them apart for each site that
   * embeds this one in a frame (CHIPS).
   */
  public CookieWriter partitioned() {
    return new CookieWriter(
        tokenCookie, sessionCookie, secure, sameSite, path, proxies, maxAge, true);
  }

  /** Returns a writer of the session id cookie only. */
  CookieWriter withoutTokenCookie() {
    return new CookieWriter(
        null, sessionCookie, secure, sameSite, path, proxies, maxAge, partitioned);
  }

  @Nullable String tokenCookie() {
    return tokenCookie;
  }

  String sessionCookie() {
    return sessionCookie;
  }

  /**
   * Adds the cookies of a session token to a response that is not committed. Does nothing for other
   * kinds of token, which have no cookies.
   */
  public void addCookies(
      HttpServletRequest request, HttpServletResponse response, IssuedToken token) {
    SessionId session = token.sessionId();
    if (session == null) {
      return;
    }
    if (!isSecure(request)) {
      proxies.warnInsecureCookies(request, secure == Secure.FALSE);
    }
    Problem.setNoStore(response);
    String age = maxAgeAttribute(token.record());
    add(request, response, sessionCookie, session.value(), age);
    if (tokenCookie != null) {
      add(request, response, tokenCookie, token.value(), age);
    }
  }

  private String maxAgeAttribute(TokenRecord record) {
    if (maxAge.isZero()) {
      return "";
    }
    Instant end = record.expiresAt();
    Duration left = end == null ? maxAge : Duration.between(record.lastUsedAt(), end);
    Duration age = left.compareTo(maxAge) < 0 ? left : maxAge;
    return "; Max-Age=" + Math.max(1, age.toSeconds());
  }

  /** Expires the cookies. The response must not be committed. */
  public void expireCookies(HttpServletRequest request, HttpServletResponse response) {
    Problem.setNoStore(response);
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
            + (partitioned ? "; Partitioned" : "")
            + age);
  }

  private boolean isSecure(HttpServletRequest request) {
    return secure == Secure.TRUE || (secure == Secure.AUTO && proxies.isSecure(request));
  }
}
