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
 * Gives a session token's cookies to a browser, and takes them back. Thread-safe.
 *
 * <pre>
 *   Set-Cookie: SESSION=q3W...; HttpOnly; Path=/app; SameSite=Lax; Secure
 *   Set-Cookie: SESSION=; HttpOnly; Path=/app; SameSite=Lax; Secure; Max-Age=0
 * </pre>
 *
 * <p>They live as long as the browser's session, unless it is set otherwise: the token's life is
 * judged here, not there.
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
  private final Duration maxAge;
  private final boolean partitioned;

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
   * One whose cookies outlive the browser's session, and their token by no means: a renewal sends
   * no cookie, so that they have the token's hard limit from the begin.
   *
   * @param longest how long at most; zero for as long as the browser's session
   */
  public CookieWriter lasting(Duration longest) {
    return new CookieWriter(
        tokenCookie, sessionCookie, secure, sameSite, path, proxies, longest, partitioned);
  }

  /** One whose cookies a browser keeps apart for each site that has this one in a frame (CHIPS). */
  public CookieWriter partitioned() {
    return new CookieWriter(
        tokenCookie, sessionCookie, secure, sameSite, path, proxies, maxAge, true);
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
    String age = ageOf(token.record());
    add(request, response, sessionCookie, session.value(), age);
    if (tokenCookie != null) {
      add(request, response, tokenCookie, token.value(), age);
    }
  }

  private String ageOf(TokenRecord record) {
    if (maxAge.isZero()) {
      return "";
    }
    Instant end = record.expiresAt();
    Duration left = end == null ? maxAge : Duration.between(record.lastUsedAt(), end);
    Duration age = left.compareTo(maxAge) < 0 ? left : maxAge;
    return "; Max-Age=" + Math.max(1, age.toSeconds());
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
            + (partitioned ? "; Partitioned" : "")
            + age);
  }

  private boolean isSecure(HttpServletRequest request) {
    return secure == Secure.TRUE || (secure == Secure.AUTO && proxies.isSecure(request));
  }
}
