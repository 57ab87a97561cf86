package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.LogSanitizer;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.token.InvalidSubjectException;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Log lines for operators about refused requests whose cause an operator can fix, with the remedy.
 * Each cause is logged at most once a minute. Ordinary refusals, such as those of expired tokens,
 * are in the audit log only. Thread-safe.
 */
public final class RefusalWarnings {

  private static final Logger LOG = LoggerFactory.getLogger(RefusalWarnings.class);
  private static final String UNDECIDED = "undecided";
  private static final String UNDECIDED_VISITOR = "undecided-visitor";

  private final OperatorLog operatorLog;
  private final TrustedProxies proxies;
  private final BooleanSupplier storeHealthy;
  private volatile boolean requestsFailing;
  private volatile boolean visitorsFailing;

  /**
   * Creates the notices of an application.
   *
   * @param operatorLog the notices for operators
   * @param proxies the resolver of client addresses
   * @param storeHealthy returns whether the calls of the token store succeed
   */
  public RefusalWarnings(
      OperatorLog operatorLog, TrustedProxies proxies, BooleanSupplier storeHealthy) {
    this.operatorLog = operatorLog;
    this.proxies = proxies;
    this.storeHealthy = storeHealthy;
  }

  /** Reports a refused request, if an operator can fix its cause. */
  public void requestRefused(HttpServletRequest request, TokenRejectedException refused) {
    LOG.debug("Refused: {}", refused.detail());
    if (refused.refusalCause() == RefusalCause.FORWARDED_HEADERS) {
      operatorLog.warn(
          LOG,
          refused.detail(),
          "A request by way of {} is refused with 400: {}. By default a proxy passes on the"
              + " headers of its client. Configure it to overwrite or remove each of"
              + " Forwarded, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host and"
              + " X-Forwarded-Port",
          LogSanitizer.quote(request.getRemoteAddr()),
          refused.detail());
    } else if (refused.refusalCause() == RefusalCause.OTHER_PORT) {
      operatorLog.warn(
          LOG,
          "cross-site by its port",
          "A request from {} is refused with 403: {}. Its Origin is {}, its target is {}. If"
              + " the page belongs to this application, a proxy hides the port or the scheme."
              + " Configure it to send X-Forwarded-Proto, and Host with the port (nginx:"
              + " $http_host) or X-Forwarded-Port, and list it in token.trusted-proxies. If"
              + " the page belongs to another site of yours, list its origin in token.origins",
          clientOf(request),
          refused.detail(),
          LogSanitizer.quote(request.getHeader("Origin")),
          serverOf(request));
    } else if (refused.rejection() == Rejection.CROSS_SITE) {
      operatorLog.warn(
          LOG,
          "cross-site",
          "A request from {} is refused with 403: {}. Its Origin is {}. If that is a site of"
              + " yours, list it in token.origins. If it is this application behind a proxy,"
              + " list the proxy in token.trusted-proxies",
          clientOf(request),
          refused.detail(),
          LogSanitizer.quote(request.getHeader("Origin")));
    } else if (refused.refusalCause() == RefusalCause.OTHER_IP_VERSION) {
      operatorLog.warn(
          LOG,
          "the other version of IP",
          "A session token is refused with 401 since its client, now {}, has changed between"
              + " IPv4 and IPv6, or another client presents it. If the address is the user's,"
              + " users who have both versions lose their sessions this way. Set"
              + " token.binding=dual-stack, or serve only one of the two versions",
          clientOf(request));
    } else if (refused.refusalCause() == RefusalCause.CONTRADICTION) {
      operatorLog.warn(
          LOG,
          refused.detail(),
          "A request from {} is refused with 400: {}. Look for a second cookie of the same name"
              + " (of another application on this host, or with another Path or Domain), and"
              + " for a client or a proxy that sends its credentials twice",
          clientOf(request),
          refused.detail());
    }
  }

  /** Reports a refused forward or include of a protected resource, which the page lacks now. */
  public void dispatchRefused(HttpServletRequest request) {
    operatorLog.warn(
        LOG,
        "dispatch",
        "A dispatch ({}) to something protected is refused, since the request has no valid"
            + " token. The page lacks that part. Serve the target of a public page below a"
            + " public path, or protect the page as well",
        request.getDispatcherType());
  }

  /** Reports a user who logged in correctly but cannot be given a token. */
  public void subjectUnfit(InvalidSubjectException invalidSubject) {
    operatorLog.warn(
        LOG,
        "unfit-subject",
        "The user {} cannot be given a token, and is refused with 403 at each login: {}."
            + " Configure the authenticator to return only the roles and attributes that the"
            + " application uses",
        LogSanitizer.quote(invalidSubject.subject()),
        invalidSubject.getMessage());
  }

  /** Reports a request that could not be decided and was answered 503. */
  public void requestFailed(Throwable failure) {
    requestsFailing = true;
    operatorLog.reportFailure(
        LOG,
        UNDECIDED,
        "Requests cannot be decided, and are answered 503. Check the store, the keys and the"
            + " authenticator; stack traces are logged at DEBUG",
        failure);
  }

  /** Reports an invalid token on a public page, whose user is therefore unknown. */
  public void visitorUnknown(TokenRejectedException refused) {
    LOG.debug("The token on a public page is not valid: {}", refused.detail());
  }

  /** Reports a token on a public page that could not be validated; the user is unknown. */
  public void visitorFailed(Throwable failure) {
    visitorsFailing = true;
    operatorLog.reportFailure(
        LOG,
        UNDECIDED_VISITOR,
        "Users of public pages cannot be identified, and count as unknown there. Check the"
            + " store and the keys; stack traces are logged at DEBUG",
        failure);
  }

  /**
   * Reports a request that was decided. It ends an outage only if the store answers, since the
   * cache decides some requests even while the store fails.
   */
  public void requestDecided() {
    if (requestsFailing && storeHealthy.getAsBoolean()) {
      requestsFailing = false;
      if (!operatorLog.reportRecovery(LOG, UNDECIDED, "Requests are decided again")) {
        requestsFailing = true;
      }
    }
    if (visitorsFailing && storeHealthy.getAsBoolean()) {
      visitorsFailing = false;
      operatorLog.reportRecovery(LOG, UNDECIDED_VISITOR, "Users of public pages are known again");
    }
  }

  private String serverOf(HttpServletRequest request) {
    try {
      return LogSanitizer.quote(proxies.targetOrigin(request).toString());
    } catch (TokenRejectedException unknown) {
      return "an unknown server";
    }
  }

  private String clientOf(HttpServletRequest request) {
    try {
      return proxies.clientOf(request).toString();
    } catch (TokenRejectedException unknown) {
      return "an unknown client";
    }
  }
}
