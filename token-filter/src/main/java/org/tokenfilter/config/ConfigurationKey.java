package org.tokenfilter.config;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.ContainerSession;
import org.tokenfilter.carrier.CookieWriter;
import org.tokenfilter.service.Binding;
import org.tokenfilter.service.TokenPolicy;
import org.tokenfilter.store.Limit;

/**
 * Every setting. A key is written as a system property, init-param or context-param as {@link
 * #key()} says, and as an environment variable in capitals with underscores: {@code
 * TOKEN_IDLE_TIMEOUT}.
 */
public enum ConfigurationKey {
  /** The JWK Set file. */
  KEYS_FILE("token.keys.file", Setting.file(), null, "the JWK Set file that holds the keys"),
  /** Whether to make the key file. */
  KEYS_GENERATE(
      "token.keys.generate", Setting.flag(), "false", "whether to make the key file if missing"),
  /** The store. */
  STORE(
      "token.store",
      Setting.text("the name of a store provider", "[a-z][a-z0-9-]*"),
      "memory",
      "where tokens are kept; memory is for one node alone and is lost at a restart"),
  /** How long a call of the store may take. */
  STORE_TIMEOUT(
      "token.store.timeout",
      Setting.duration(Duration.ofMillis(1)),
      "PT2S",
      "how long a call of the store may take"),
  /** How many requests may be in the store at once. */
  STORE_CONCURRENCY(
      "token.store.concurrency",
      Setting.number(1),
      "32",
      "how many requests may be in the store at once; the next one waits for token.store.timeout"),
  /** Who checks user names and passwords. */
  CREDENTIALS(
      "token.credentials",
      Setting.text("container, file or the name of a class", "[A-Za-z_$][A-Za-z0-9_$.]*"),
      null,
      "who checks user names and passwords: the container's realm, a file of hashes, or a class of"
          + " yours that implements Authenticator; needed by endpoints that take passwords"),
  /** The roles that the container is asked for. */
  CREDENTIALS_ROLES(
      "token.credentials.roles",
      Setting.listOf(Setting.text("names of roles", "[^\\p{Cntrl},]+")),
      "",
      "the roles that the container is asked for at a login; needed where credentials is"
          + " container"),
  /** The password file. */
  CREDENTIALS_FILE(
      "token.credentials.file", Setting.file(), null, "the accounts, where credentials is file"),
  /** The application that tokens are for. */
  AUDIENCE(
      "token.audience",
      Setting.text("1 to 128 printable ASCII characters but \" and \\", "[!#-\\[\\]-~]{1,128}"),
      null,
      "the application that tokens are for; tokens of another one are refused. Default: the context"
          + " path, ROOT for the root"),
  /** What newly made keys are for. */
  ENCRYPTION(
      "token.encryption",
      Setting.text(
          "A128CBC-HS256, A256CBC-HS512 or A256GCM", "A128CBC-HS256|A256CBC-HS512|A256GCM"),
      "A128CBC-HS256",
      "the content encryption that a newly made key is for"),
  /** The idle timeout of session tokens. */
  IDLE_TIMEOUT(
      "token.idle-timeout",
      Setting.duration(Duration.ofSeconds(1)),
      "PT30M",
      "how long a session token lives without use"),
  /** The idle timeout of user tokens. */
  USER_IDLE_TIMEOUT(
      "token.user.idle-timeout",
      Setting.duration(Duration.ofSeconds(1)),
      "PT15M",
      "how long a user token and its sessions live without use"),
  /** The hard limit of sliding tokens. */
  MAX_LIFETIME(
      "token.max-lifetime",
      Setting.duration(Duration.ZERO),
      "P7D",
      "the hard limit of tokens that slide; PT0S for none"),
  /** The longest time to live of open tokens. */
  OPEN_MAX_LIFETIME(
      "token.open.max-lifetime",
      Setting.duration(Duration.ofMinutes(1)),
      "P365D",
      "the longest time to live that an open token may be asked for"),
  /** Whether open tokens may live for ever. */
  OPEN_ALLOW_UNLIMITED(
      "token.open.allow-unlimited",
      Setting.flag(),
      "true",
      "whether an open token may be asked for that never expires"),
  /** How long API clients' tokens live. */
  CLIENT_LIFETIME(
      "token.client.lifetime",
      Setting.duration(Duration.ofSeconds(1)),
      "P1D",
      "how long an API client's token lives"),
  /** The environments of API clients. */
  CLIENT_ENVIRONMENTS(
      "token.client.environments",
      Setting.listOf(Setting.text("names of ASCII letters, digits, dots, hyphens", Names.PATTERN)),
      "sandbox, live",
      "the environments that an API client's token may be for"),
  /** The status by which an API client learns that its token is live. */
  CLIENT_LIVE_STATUS(
      "token.client.live-status",
      Scope.FILTER,
      Setting.text("409 or 200", "409|200"),
      "409",
      "the status by which an API client is told that its token has not expired; 200 for clients"
          + " that throw away the body of an error, as wget does"),
  /** How long a refreshed token still yields its successor. */
  REFRESH_GRACE(
      "token.refresh.grace",
      Setting.duration(Duration.ZERO),
      "PT0S",
      "how long a token that was refreshed still yields the same successor, for clients that have"
          + " lost the answer"),
  /** What follows from a refreshed token that is presented later. */
  REFRESH_REPLAY(
      "token.refresh.replay",
      Setting.oneOf(TokenPolicy.Replay.class),
      "report",
      "what follows from a refreshed token that is presented after that: report tells the audit log"
          + " and the listeners, end-family ends its successor too"),
  /** The role of those who may introspect. */
  INTROSPECTION_ROLE(
      "token.introspection.role",
      Setting.text("the name of a role", "[^\\p{Cntrl}]{1,255}"),
      "introspect",
      "the role that a caller of token introspection needs"),
  /** The number of open sessions. */
  SESSIONS_LIMIT(
      "token.sessions.limit",
      Setting.number(0),
      "0",
      "how many open sessions a user may have; 0 for no limit"),
  /** What happens over the number of open sessions. */
  SESSIONS_POLICY(
      "token.sessions.policy",
      Setting.oneOf(Limit.Policy.class),
      "reject",
      "what happens to one session more"),
  /** The status of a log-out. */
  LOGOUT_STATUS(
      "token.logout.status",
      Scope.FILTER,
      Setting.text("204 or 200", "204|200"),
      "204",
      "the status of a log-out that is done, at the endpoints; 200 for clients that take no other"
          + " one for success"),
  /** Whether credentials may come in the query. */
  QUERY_CREDENTIALS(
      "token.query.credentials",
      Scope.FILTER,
      Setting.flag(),
      "false",
      "whether GetSessionToken takes email and password, or an API key, from the query, for clients"
          + " that send them nowhere else: containers and proxies write the query into their access"
          + " logs, unless they are told not to"),
  /** What of the client session tokens are bound to. */
  BINDING(
      "token.binding",
      Setting.oneOf(Binding.class),
      "address",
      "what of the client a session token is bound to; prefix is /24 of IPv4 and /64 of IPv6;"
          + " dual-stack is the prefix, and any address of the other version of IP"),
  /** The proxies whose headers are believed. */
  TRUSTED_PROXIES(
      "token.trusted-proxies",
      Setting.listOf(
          Setting.text("an address, a range such as 10.0.0.0/8, or unix", "[0-9A-Fa-f.:/]+|unix")),
      "",
      "proxies whose headers Forwarded and X-Forwarded-For, -Proto, -Host and -Port are believed,"
          + " from the right; unix is any peer at a Unix socket that the container names no address"
          + " of"),
  /** How tokens are carried. */
  CARRIERS(
      "token.carriers",
      Scope.FILTER,
      Setting.listOf(Setting.oneOf(Carrier.class)),
      "bearer",
      "how a request carries its token"),
  /** The token's cookie. */
  COOKIE("token.cookie", Setting.text(Names.TOKEN, Names.PATTERN), "token", "the token's cookie"),
  /** The session id's cookie. */
  SESSION_COOKIE(
      "token.session.cookie",
      Setting.text(Names.TOKEN, Names.PATTERN),
      "SESSION",
      "the session id's cookie"),
  /** The session id's header. */
  SESSION_HEADER(
      "token.session.header",
      Setting.text(Names.TOKEN, Names.PATTERN),
      "session",
      "the session id's header"),
  /** When cookies are Secure. */
  COOKIE_SECURE(
      "token.cookie.secure",
      Setting.oneOf(CookieWriter.Secure.class),
      "auto",
      "whether cookies are for TLS alone; auto: where the client asked over TLS, as the container"
          + " or a trusted proxy says"),
  /** The cookies' SameSite. */
  COOKIE_SAME_SITE(
      "token.cookie.same-site",
      Setting.text("Strict, Lax or None", "Strict|Lax|None"),
      "Lax",
      "the cookies' SameSite; None needs token.cookie.secure=true"),
  /** The cookies' path. */
  COOKIE_PATH(
      "token.cookie.path",
      Setting.text("a path that begins with /", "/[!#-:<-\\[\\]-~]*"),
      null,
      "the cookies' path. Default: the context path"),
  /** How long browsers keep the cookies. */
  COOKIE_MAX_AGE(
      "token.cookie.max-age",
      Setting.duration(Duration.ZERO),
      "PT0S",
      "how long a browser keeps the cookies, at most until the token's hard limit: renewals send no"
          + " cookie. PT0S: until it is closed"),
  /** Whether browsers keep the cookies apart for each site around. */
  COOKIE_PARTITIONED(
      "token.cookie.partitioned",
      Setting.flag(),
      "false",
      "whether cookies are Partitioned (CHIPS), for pages in frames of other sites; needs"
          + " token.cookie.secure=true and token.cookie.same-site=None"),
  /** The container's HttpSession. */
  HTTP_SESSION(
      "token.http-session",
      Setting.oneOf(ContainerSession.Treatment.class),
      "renew",
      "what becomes of an HttpSession of the container: renew: a login gives it a new id and a"
          + " log-out invalidates it; leave: neither"),
  /** Other origins that may act. */
  ORIGINS(
      "token.origins",
      Setting.listOf(
          Setting.text(
              "an origin such as https://app.example.org or capacitor://localhost", Names.ORIGIN)),
      "",
      "other origins whose pages may act with cookies or Basic, as they stand in the header"
          + " Origin"),
  /** Paths that need no token. */
  PATHS_PUBLIC(
      "token.paths.public",
      Scope.FILTER,
      Setting.listOf(Setting.text("a path, exact or ending with /*", Names.PATH)),
      "",
      "what is served without a token, with its views below /WEB-INF/ and, of a path that ends with"
          + " /, its welcome file; all else is protected"),
  /** Where people log in. */
  LOGIN_PAGE(
      "token.login-page",
      Scope.FILTER,
      Setting.text("a path such as /login", Names.PAGE),
      null,
      "the public path that a browser is sent to, with the way back in the parameter next, where a"
          + " page needs a token; scripts and other clients get 401"),
  /** How refusals are told. */
  REFUSALS(
      "token.refusals",
      Scope.FILTER,
      Setting.oneOf(RefusalStyle.class),
      "problem",
      "what a refusal of the filter looks like: problem: application/problem+json; error-page: that"
          + " of the application for its status"),
  /** Paths whose requests do not renew. */
  PATHS_PASSIVE(
      "token.paths.passive",
      Scope.FILTER,
      Setting.listOf(Setting.text("a path, exact or ending with /*", Names.PATH)),
      "",
      "what needs a token and does not renew it, such as what a page asks for by itself"),
  /** Paths of the service gateway. */
  GATEWAY_PATHS(
      "token.gateway.paths",
      Scope.FILTER,
      Setting.listOf(Setting.text("a path, exact or ending with /*", Names.PATH)),
      "",
      "where a user token may come in the header userToken, and go on in a session: by the session"
          + " header and the parameter close"),
  /** How long after its end a token may still be taken for live by another node. */
  REVOCATION_LAG(
      "token.revocation.lag",
      Setting.duration(Duration.ZERO),
      "PT1S",
      "how long after its end a token may still be accepted by other nodes than the one that ended"
          + " it: PT0.1S to PT30S, or PT0S: each request reads the store"),
  /** How often a token's uses are written. */
  RENEWAL_INTERVAL(
      "token.renewal.interval",
      Setting.duration(Duration.ofSeconds(1)),
      null,
      "a token's uses are written to the store at most once in this time, but for those near its"
          + " deadline: where it is no shorter than the idle timeout, each use is written at the"
          + " end of its request; a node that is killed loses that much of its tokens' idle time."
          + " Default: a sixtieth of the idle timeout, at least PT1S"),
  /** How much of the heap is spent on what a node remembers. */
  MEMORY_SHARE(
      "token.memory.share",
      Setting.number(1),
      "25",
      "how many percent of the largest heap a node spends on what it remembers: live tokens, uses"
          + " that are not written yet, what was said of subjects, events that wait for listeners;"
          + " at most 80"),
  /** How long dead records are kept. */
  RETENTION(
      "token.retention",
      Setting.duration(Duration.ofMinutes(5)),
      "PT1H",
      "how long the store remembers tokens that have died"),
  /** How often the store is swept. */
  SWEEP_INTERVAL(
      "token.sweep.interval",
      Setting.duration(Duration.ofSeconds(1)),
      "PT1M",
      "how often the store is swept"),
  /** How many records a sweep looks at in one go. */
  SWEEP_BATCH(
      "token.sweep.batch",
      Setting.number(1),
      "1000",
      "how many records one step of a sweep looks at"),
  /** How often it is asked whether a subject may go on. */
  SUBJECT_RECHECK(
      "token.subject.recheck",
      Setting.duration(Duration.ZERO),
      "PT0S",
      "how long a node believes that a subject may go on, with these roles, before it asks who"
          + " checks passwords again: a user who is disabled is refused within it, and where there"
          + " is no answer, all are. PT0S: a login counts for as long as its tokens live; else at"
          + " least PT1S. Not with credentials=container, which cannot be asked"),
  /** How many failed logins are borne. */
  LOGIN_FAILURES(
      "token.login.failures",
      Setting.number(1),
      "10",
      "how many failed logins of a user name from a client are borne in token.login.window, and ten"
          + " times as many of a name and of a client alone; then 429. A name and a client that"
          + " have succeeded together in the last seven days are refused by their own failures"
          + " alone"),
  /** How long failed logins are remembered. */
  LOGIN_WINDOW(
      "token.login.window",
      Setting.duration(Duration.ofSeconds(1)),
      "PT5M",
      "how long failed logins are remembered"),
  /** How many logins wait. */
  LOGIN_WAITING(
      "token.login.waiting",
      Setting.number(0),
      "64",
      "how many logins wait, at most five seconds, while others are checked; each holds a thread of"
          + " the container. The rest is 503 with Retry-After");

  /** For whom a setting counts. */
  public enum Scope {
    /** For the whole application. */
    APPLICATION,
    /** For the filter, or servlet of ours, whose init-param it is. */
    FILTER
  }

  /** How a request carries its token. */
  public enum Carrier {
    /** In the header {@code Authorization: Bearer}. */
    BEARER,
    /** In the cookie {@code token.cookie}. */
    COOKIE
  }

  private static final Map<String, ConfigurationKey> BY_KEY =
      Stream.of(values()).collect(Collectors.toMap(ConfigurationKey::key, key -> key));

  private final String key;
  private final Scope scope;

  /** Immutable in fact: its function keeps no state. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Setting<?> setting;

  private final @Nullable String defaultText;
  private final String description;

  ConfigurationKey(
      String key, Setting<?> setting, @Nullable String defaultText, String description) {
    this(key, Scope.APPLICATION, setting, defaultText, description);
  }

  ConfigurationKey(
      String key,
      Scope scope,
      Setting<?> setting,
      @Nullable String defaultText,
      String description) {
    this.key = key;
    this.scope = scope;
    this.setting = setting;
    this.defaultText = defaultText;
    this.description = description;
  }

  static @Nullable ConfigurationKey of(String key) {
    return BY_KEY.get(key);
  }

  /** How it is written. */
  public String key() {
    return key;
  }

  /** How it is written as an environment variable. */
  public String environmentVariable() {
    return environmentVariable(key);
  }

  /** For whom it counts. */
  public Scope scope() {
    return scope;
  }

  /** Its value where it is not set; null if it then has none. */
  public @Nullable String defaultText() {
    return defaultText;
  }

  /** What may be written. */
  public String shape() {
    return setting.shape();
  }

  /** What it does. */
  public String description() {
    return description;
  }

  static String environmentVariable(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  Object parse(String text) {
    return setting.parse().apply(text);
  }

  private static final class Names {
    private static final String PAGE = "(?!.*/(?:/|\\.{1,2}(?:/|\\z)))/[!-~&&[^*;?#%\\\\]]*";
    private static final String TOKEN = "a name of ASCII letters, digits, dots, hyphens";
    private static final String PATTERN = "[A-Za-z0-9._-]{1,64}";
    private static final String ORIGIN =
        "[a-z][a-z0-9+.-]*://(?:[a-z0-9_.-]+|\\[[0-9a-f:.]+\\])(?::[1-9][0-9]{0,4})?";

    /** No step that is empty, stays or goes up: no canonical path has one. */
    private static final String PATH =
        "(?!.*/(?:/|\\.{1,2}(?:/|\\z)))(?:/[^*;?#%\\\\]*(?:/\\*)?|/\\*)";
  }
}
