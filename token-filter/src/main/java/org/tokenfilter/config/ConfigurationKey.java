package org.tokenfilter.config;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Carrier;
import org.tokenfilter.carrier.CookieWriter;
import org.tokenfilter.carrier.HttpSessionPolicy;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.store.Limit;

/**
 * The keys of all settings. System properties, init-params and context-params are named {@link
 * #key()}. Environment variables have the same name in capitals with underscores, such as {@code
 * TOKEN_IDLE_TIMEOUT}.
 */
public enum ConfigurationKey {
  /** The JWK Set file. */
  KEYS_FILE("token.keys.file", SettingType.file(), null, "the JWK Set file that holds the keys"),
  /** The creation of a missing key file. */
  KEYS_GENERATE(
      "token.keys.generate", SettingType.flag(), "false", "creates the key file if it is missing"),
  /** The store of the tokens. */
  STORE(
      "token.store",
      SettingType.text("the name of a store provider", "[a-z][a-z0-9-]*"),
      "memory",
      "the store of the tokens; memory is for a single node and is lost at a restart"),
  /** The maximum duration of a store call. */
  STORE_TIMEOUT(
      "token.store.timeout",
      SettingType.duration(Duration.ofMillis(1)),
      "PT2S",
      "the maximum duration of a store call"),
  /** The maximum number of concurrent store calls. */
  STORE_CONCURRENCY(
      "token.store.concurrency",
      SettingType.number(1),
      "32",
      "the maximum number of concurrent store calls by requests; further ones wait up to"
          + " token.store.timeout"),
  /** The authenticator that checks user names and passwords. */
  CREDENTIALS(
      "token.credentials",
      SettingType.text("container, file or the name of a class", "[A-Za-z_$][A-Za-z0-9_$.]*"),
      null,
      "the authenticator that checks user names and passwords: the container's realm, a file of"
          + " password hashes, or a class of the application that implements Authenticator; needed"
          + " by endpoints that take passwords"),
  /** The roles that are queried from the container. */
  CREDENTIALS_ROLES(
      "token.credentials.roles",
      SettingType.listOf(SettingType.text("names of roles", "[^\\p{Cntrl},]+")),
      "",
      "the roles that are queried from the container at a login; needed if token.credentials is"
          + " container"),
  /** The account file. */
  CREDENTIALS_FILE(
      "token.credentials.file",
      SettingType.file(),
      null,
      "the account file; needed if token.credentials is file"),
  /** The audience of tokens. */
  AUDIENCE(
      "token.audience",
      SettingType.text(
          "1 to 128 printable ASCII characters except \" and \\", "[!#-\\[\\]-~]{1,128}"),
      null,
      "the application that tokens are issued for; tokens for other applications are rejected."
          + " Default: the context path, ROOT for the root context"),
  /** The content encryption algorithm of new keys. */
  ENCRYPTION(
      "token.encryption",
      SettingType.text(
          "A128CBC-HS256, A256CBC-HS512 or A256GCM", "A128CBC-HS256|A256CBC-HS512|A256GCM"),
      "A128CBC-HS256",
      "the content encryption algorithm of newly created keys"),
  /** The idle timeout of session tokens. */
  IDLE_TIMEOUT(
      "token.idle-timeout",
      SettingType.duration(Duration.ofSeconds(1)),
      "PT30M",
      "the time without use after which a session token expires"),
  /** The idle timeout of user tokens. */
  USER_IDLE_TIMEOUT(
      "token.user.idle-timeout",
      SettingType.duration(Duration.ofSeconds(1)),
      "PT15M",
      "the time without use after which a user token and its sessions expire"),
  /** The absolute timeout of tokens with an idle timeout. */
  MAX_LIFETIME(
      "token.max-lifetime",
      SettingType.duration(Duration.ZERO),
      "P7D",
      "the absolute timeout of tokens with an idle timeout; PT0S for none"),
  /** The maximum time to live of open tokens. */
  OPEN_MAX_LIFETIME(
      "token.open.max-lifetime",
      SettingType.duration(Duration.ofMinutes(1)),
      "P365D",
      "the maximum time to live that can be requested for an open token"),
  /** The permission of open tokens that never expire. */
  OPEN_ALLOW_UNLIMITED(
      "token.open.allow-unlimited",
      SettingType.flag(),
      "true",
      "allows open tokens that never expire"),
  /** The lifetime of API clients' tokens. */
  CLIENT_LIFETIME(
      "token.client.lifetime",
      SettingType.duration(Duration.ofSeconds(1)),
      "P1D",
      "the lifetime of an API client's token"),
  /** The environments of API clients. */
  CLIENT_ENVIRONMENTS(
      "token.client.environments",
      SettingType.listOf(
          SettingType.text(
              "names of at most 64 ASCII letters, digits, dots, hyphens, underscores",
              Patterns.NAME)),
      "sandbox, live",
      "the environments that an API client's token can be issued for"),
  /** The status that reports to an API client that its token has not expired. */
  CLIENT_LIVE_STATUS(
      "token.client.live-status",
      Scope.FILTER,
      SettingType.text("409 or 200", "409|200"),
      "409",
      "the status that reports to an API client that its token has not expired; 200 for clients"
          + " that discard the body of an error response, such as wget"),
  /** The time during which a refreshed token still yields its successor. */
  REFRESH_GRACE(
      "token.refresh.grace",
      SettingType.duration(Duration.ZERO),
      "PT0S",
      "the time after a refresh during which the refreshed token still yields the same successor,"
          + " for clients that lost the response"),
  /** The reaction to a refreshed token that is presented after the grace time. */
  REFRESH_REPLAY(
      "token.refresh.replay",
      SettingType.oneOf(TokenPolicy.ReusePolicy.class),
      "report",
      "the reaction to a refreshed token that is presented after token.refresh.grace: report"
          + " notifies the audit log and the listeners; end-family also revokes its successor"),
  /** The role that is required for introspection. */
  INTROSPECTION_ROLE(
      "token.introspection.role",
      SettingType.text("the name of a role", "[^\\p{Cntrl}]{1,255}"),
      "introspect",
      "the role that a caller of token introspection needs"),
  /** The maximum number of open sessions. */
  SESSIONS_LIMIT(
      "token.sessions.limit",
      SettingType.number(0),
      "0",
      "the maximum number of open sessions per user; 0 for no limit"),
  /** The reaction when the maximum number of open sessions is reached. */
  SESSIONS_POLICY(
      "token.sessions.policy",
      SettingType.oneOf(Limit.Policy.class),
      "reject",
      "the reaction when token.sessions.limit is reached: reject denies the new session,"
          + " evict-oldest revokes the oldest one"),
  /** The status of a successful logout. */
  LOGOUT_STATUS(
      "token.logout.status",
      Scope.FILTER,
      SettingType.text("204 or 200", "204|200"),
      "204",
      "the status of a successful logout at the endpoints; 200 for clients that accept no other"
          + " status as success"),
  /** The acceptance of credentials in the query. */
  QUERY_CREDENTIALS(
      "token.query.credentials",
      Scope.FILTER,
      SettingType.flag(),
      "false",
      "lets GetSessionToken accept email and password, or an API key, in the query, for clients"
          + " that can send them nowhere else; unless configured otherwise, containers and proxies"
          + " write the query to their access logs"),
  /** The part of the client address that session tokens are bound to. */
  BINDING(
      "token.binding",
      SettingType.oneOf(Binding.class),
      "address",
      "the part of the client address that a session token is bound to; prefix is /24 of IPv4 and"
          + " /64 of IPv6; dual-stack is the prefix, and any address of the other IP version"),
  /** The proxies whose headers are trusted. */
  TRUSTED_PROXIES(
      "token.trusted-proxies",
      SettingType.listOf(
          SettingType.text(
              "an address, a range such as 10.0.0.0/8, or unix", "[0-9A-Fa-f.:/]+|unix")),
      "",
      "the proxies whose headers Forwarded and X-Forwarded-For, -Proto, -Host and -Port are"
          + " trusted, evaluated from the right; unix is any peer at a Unix socket, for which the"
          + " container reports no address"),
  /** The carriers of tokens in requests. */
  CARRIERS(
      "token.carriers",
      Scope.FILTER,
      SettingType.listOf(SettingType.oneOf(Carrier.class)),
      "bearer",
      "the carriers of tokens in requests: bearer is the Authorization header, cookie is"
          + " token.cookie"),
  /** The name of the token's cookie. */
  COOKIE(
      "token.cookie",
      SettingType.text(Patterns.NAME_FORMAT, Patterns.NAME),
      "token",
      "the name of the token's cookie"),
  /** The name of the session id's cookie. */
  SESSION_COOKIE(
      "token.session.cookie",
      SettingType.text(Patterns.NAME_FORMAT, Patterns.NAME),
      "SESSION",
      "the name of the session id's cookie"),
  /** The name of the session id's header. */
  SESSION_HEADER(
      "token.session.header",
      SettingType.text(Patterns.NAME_FORMAT, Patterns.NAME),
      "session",
      "the name of the session id's header"),
  /** The cookies' Secure attribute. */
  COOKIE_SECURE(
      "token.cookie.secure",
      SettingType.oneOf(CookieWriter.Secure.class),
      "auto",
      "the Secure attribute of cookies; auto sets it if the client used TLS, as reported by the"
          + " container or a trusted proxy"),
  /** The cookies' SameSite attribute. */
  COOKIE_SAME_SITE(
      "token.cookie.same-site",
      SettingType.text("Strict, Lax or None", "Strict|Lax|None"),
      "Lax",
      "the SameSite attribute of cookies; None needs token.cookie.secure=true"),
  /** The cookies' Path attribute. */
  COOKIE_PATH(
      "token.cookie.path",
      SettingType.text("a path that begins with /", "/[!#-:<-\\[\\]-~]*"),
      null,
      "the Path attribute of cookies. Default: the context path"),
  /** The cookies' Max-Age attribute. */
  COOKIE_MAX_AGE(
      "token.cookie.max-age",
      SettingType.duration(Duration.ZERO),
      "PT0S",
      "the time for which a browser keeps the cookies, at most until the absolute timeout of the"
          + " token, since renewals send no cookie; PT0S keeps them until the browser is closed"),
  /** The cookies' Partitioned attribute. */
  COOKIE_PARTITIONED(
      "token.cookie.partitioned",
      SettingType.flag(),
      "false",
      "makes cookies Partitioned (CHIPS), for pages in frames of other sites; needs"
          + " token.cookie.secure=true and token.cookie.same-site=None"),
  /** The treatment of the container's HttpSession. */
  HTTP_SESSION(
      "token.http-session",
      SettingType.oneOf(HttpSessionPolicy.Treatment.class),
      "renew",
      "the treatment of the container's HttpSession: renew gives it a new id at a login and"
          + " invalidates it at a logout; leave does neither"),
  /** Other origins whose pages may act. */
  ORIGINS(
      "token.origins",
      SettingType.listOf(
          SettingType.text(
              "an origin such as https://app.example.org or capacitor://localhost",
              Patterns.ORIGIN)),
      "",
      "other origins whose pages may act with cookies or Basic authentication, written as in the"
          + " Origin header"),
  /** The paths that need no token. */
  PATHS_PUBLIC(
      "token.paths.public",
      Scope.FILTER,
      SettingType.listOf(SettingType.text("a path, exact or ending with /*", Patterns.PATH)),
      "",
      "the paths that are served without a token, including their views below /WEB-INF/ and, for a"
          + " path that ends with /, its welcome file; all other paths are protected"),
  /** The application's login page. */
  LOGIN_PAGE(
      "token.login-page",
      Scope.FILTER,
      SettingType.text("a path such as /login", Patterns.PAGE),
      null,
      "the public path that a browser is redirected to if a page needs a token, with the return"
          + " path in the parameter next; scripts and other clients get 401"),
  /** The format of error responses. */
  REFUSALS(
      "token.refusals",
      Scope.FILTER,
      SettingType.oneOf(RefusalStyle.class),
      "problem",
      "the format of the filter's error responses: problem is application/problem+json, error-page"
          + " is the application's error page for the status"),
  /** The paths whose requests do not renew tokens. */
  PATHS_PASSIVE(
      "token.paths.passive",
      Scope.FILTER,
      SettingType.listOf(SettingType.text("a path, exact or ending with /*", Patterns.PATH)),
      "",
      "the paths that need a token but do not renew it, such as those that a page requests"
          + " automatically"),
  /** The paths of the service gateway. */
  GATEWAY_PATHS(
      "token.gateway.paths",
      Scope.FILTER,
      SettingType.listOf(SettingType.text("a path, exact or ending with /*", Patterns.PATH)),
      "",
      "the paths at which a user token is accepted in the header userToken, and can use a session"
          + " by the session header and the parameter close"),
  /** The maximum time for which other nodes may still accept a revoked token. */
  REVOCATION_LAG(
      "token.revocation.lag",
      SettingType.duration(Duration.ZERO),
      "PT1S",
      "the maximum time for which nodes other than the revoking one may still accept a revoked"
          + " token: PT0.1S to PT30S, or PT0S to read the store on each request"),
  /** The minimum time between two writes of a token's renewals. */
  RENEWAL_INTERVAL(
      "token.renewal.interval",
      SettingType.duration(Duration.ofSeconds(1)),
      null,
      "the minimum time between two writes of a token's renewals to the store, except close to its"
          + " expiry. If it is not shorter than the idle timeout, each renewal is written at the"
          + " end of its request. A node that is killed loses up to this much of its tokens' idle"
          + " time. Default: a sixtieth of the idle timeout, at least PT1S"),
  /** The share of the heap for data that a node keeps. */
  MEMORY_SHARE(
      "token.memory.share",
      SettingType.number(1),
      "25",
      "the percentage of the maximum heap for the data that a node keeps: live tokens, unwritten"
          + " renewals, account statuses, events that wait for listeners; at most 80"),
  /** The time for which the store keeps terminated tokens. */
  RETENTION(
      "token.retention",
      SettingType.duration(Duration.ofMinutes(5)),
      "PT1H",
      "the time for which the store keeps expired and revoked tokens"),
  /** The interval between sweeps of the store. */
  SWEEP_INTERVAL(
      "token.sweep.interval",
      SettingType.duration(Duration.ofSeconds(1)),
      "PT1M",
      "the interval between sweeps of the store"),
  /** The number of records per step of a sweep. */
  SWEEP_BATCH(
      "token.sweep.batch",
      SettingType.number(1),
      "1000",
      "the number of records that one step of a sweep examines"),
  /** The interval between checks of an account. */
  SUBJECT_RECHECK(
      "token.subject.recheck",
      SettingType.duration(Duration.ZERO),
      "PT0S",
      "the time for which a node relies on the status and the roles of an account before it queries"
          + " the authenticator again. A disabled user is rejected within this time; while the"
          + " authenticator does not answer, all users are. PT0S: a login counts for as long as its"
          + " tokens live; otherwise at least PT1S. Not possible with token.credentials=container,"
          + " which cannot be queried"),
  /** The number of failed logins that are allowed. */
  LOGIN_FAILURES(
      "token.login.failures",
      SettingType.number(1),
      "10",
      "the number of failed logins that are allowed per user name and client within"
          + " token.login.window, and ten times as many per user name alone and per client alone;"
          + " further ones get 429. A user name and a client that have logged in together within"
          + " the last seven days are limited by their own failures only"),
  /** The time for which failed logins count. */
  LOGIN_WINDOW(
      "token.login.window",
      SettingType.duration(Duration.ofSeconds(1)),
      "PT5M",
      "the time for which failed logins are remembered"),
  /** The maximum number of waiting logins. */
  LOGIN_WAITING(
      "token.login.waiting",
      SettingType.number(0),
      "64",
      "the maximum number of logins that wait, for up to five seconds, while others are checked;"
          + " each one occupies a thread of the container. Further ones get 503 with Retry-After");

  /** The scope of a setting. */
  public enum Scope {
    /** The whole application. */
    APPLICATION,
    /** The filter or servlet of this library that has the setting as an init-param. */
    FILTER
  }

  private static final Map<String, ConfigurationKey> BY_KEY =
      Stream.of(values()).collect(Collectors.toMap(ConfigurationKey::key, key -> key));

  private final String key;
  private final Scope scope;

  /** Immutable, since its function has no state. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final SettingType<?> type;

  private final @Nullable String defaultValue;
  private final String description;

  ConfigurationKey(
      String key, SettingType<?> type, @Nullable String defaultText, String description) {
    this(key, Scope.APPLICATION, type, defaultText, description);
  }

  ConfigurationKey(
      String key,
      Scope scope,
      SettingType<?> type,
      @Nullable String defaultText,
      String description) {
    this.key = key;
    this.scope = scope;
    this.type = type;
    this.defaultValue = defaultText;
    this.description = description;
  }

  static @Nullable ConfigurationKey of(String key) {
    return BY_KEY.get(key);
  }

  /** Returns the name of the setting, such as {@code token.idle-timeout}. */
  public String key() {
    return key;
  }

  /** Returns the name of the setting as an environment variable. */
  public String environmentVariable() {
    return environmentVariable(key);
  }

  /** Returns the scope of the setting. */
  public Scope scope() {
    return scope;
  }

  /** Returns the text of the default; null if there is none. */
  public @Nullable String defaultValue() {
    return defaultValue;
  }

  /** Returns a description of the valid texts, for documents and messages. */
  public String format() {
    return type.format();
  }

  /** Returns a description of the setting's effect, for documents and messages. */
  public String description() {
    return description;
  }

  static String environmentVariable(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  Object parse(String text) {
    return type.parser().apply(text);
  }

  private static final class Patterns {
    private static final String PAGE = "(?!.*/(?:/|\\.{1,2}(?:/|\\z)))/[!-~&&[^*;?#%\\\\]]*";
    private static final String NAME_FORMAT =
        "a name of at most 64 ASCII letters, digits, dots, hyphens, underscores";
    private static final String NAME = "[A-Za-z0-9._-]{1,64}";
    private static final String ORIGIN =
        "[a-z][a-z0-9+.-]*://(?:[a-z0-9_.-]+|\\[[0-9a-f:.]+\\])(?::[1-9][0-9]{0,4})?";

    /** No empty segment and no dot segment, since canonical paths have none. */
    private static final String PATH =
        "(?!.*/(?:/|\\.{1,2}(?:/|\\z)))(?:/[^*;?#%\\\\]*(?:/\\*)?|/\\*)";
  }
}
