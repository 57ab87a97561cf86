package org.tokenfilter.config;

import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.notice.Notices;
import org.tokenfilter.notice.Quoted;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;
import org.tokenfilter.token.UnfitSubjectException;

/**
 * Tells operators of requests that are refused for what an operator may put right: at most once a
 * minute for each cause, with what to do. Ordinary refusals, as of a token that has expired, are in
 * the audit log alone. Thread-safe.
 */
public final class RefusalNotices {

  private static final Logger LOG = LoggerFactory.getLogger(RefusalNotices.class);
  private static final String UNDECIDED = "undecided";
  private static final String VISITOR = "undecided-visitor";

  private final TokenSecurity security;
  private volatile boolean failing;
  private volatile boolean failingForVisitors;

  /** Notices of an application. */
  public RefusalNotices(TokenSecurity security) {
    this.security = security;
  }

  /** A request was refused. */
  public void refused(HttpServletRequest request, TokenRejectedException refused) {
    LOG.debug("Refused: {}", refused.why());
    if (TrustedProxies.isContradiction(refused)) {
      notices()
          .warn(
              LOG,
              refused.why(),
              "A request by way of {} is refused with 400: {}. A proxy passes on what its client"
                  + " wrote, unless it is told otherwise: let it overwrite, or remove, each of"
                  + " Forwarded, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host and"
                  + " X-Forwarded-Port",
              Quoted.of(request.getRemoteAddr()),
              refused.why());
    } else if (refused.why().equals(CrossSiteGuard.OTHER_PORT)) {
      notices()
          .warn(
              LOG,
              "cross-site by its port",
              "A request from {} is refused with 403: {}. Its Origin is {}, and it came to {}. If"
                  + " the page is of this application, a proxy hides the port or the scheme: let it"
                  + " send X-Forwarded-Proto, and Host with the port (nginx: $http_host) or"
                  + " X-Forwarded-Port, and name it in token.trusted-proxies. If it is another"
                  + " site of yours, list it in token.origins",
              clientOf(request),
              refused.why(),
              Quoted.of(request.getHeader("Origin")),
              serverOf(request));
    } else if (refused.rejection() == Rejection.CROSS_SITE) {
      notices()
          .warn(
              LOG,
              "cross-site",
              "A request from {} is refused with 403: {}. Its Origin is {}. If that is a site of"
                  + " yours, list it in token.origins; if it is this one behind a proxy, name the"
                  + " proxy in token.trusted-proxies",
              clientOf(request),
              refused.why(),
              Quoted.of(request.getHeader("Origin")));
    } else if (refused.isOfOtherVersion()) {
      notices()
          .warn(
              LOG,
              "the other version of IP",
              "A session token is refused with 401 since its client, now {}, has changed between"
                  + " IPv4 and IPv6, or another one presents it. If the address is a user's, users"
                  + " who have both lose their sessions so: set token.binding=dual-stack, or serve"
                  + " one of the two alone",
              clientOf(request));
    } else if (refused.rejection() == Rejection.BAD_REQUEST && isContradiction(refused.why())) {
      notices()
          .warn(
              LOG,
              refused.why(),
              "A request from {} is refused with 400: {}. Look for a second cookie of the same name"
                  + " (of another application on this host, or with another Path or Domain), and"
                  + " for a client or a proxy that sends its credentials twice",
              clientOf(request),
              refused.why());
    }
  }

  /** What the sender of one field alone can put right is not told. */
  private static boolean isContradiction(String why) {
    return why.startsWith("two ") || why.startsWith("cookies ");
  }

  /** A forward or an include to something protected was refused: its page lacks that part. */
  public void refusedDispatch(HttpServletRequest request) {
    notices()
        .warn(
            LOG,
            "dispatch",
            "A dispatch ({}) to something protected is refused, since the request has no accepted"
                + " token: the page it belongs to lacks that part. Serve the target of a public"
                + " page below a public path, or ask for a token before the page",
            request.getDispatcherType());
  }

  /** A user whose password is right cannot be given a token. */
  public void unfit(UnfitSubjectException unfit) {
    notices()
        .warn(
            LOG,
            "unfit-subject",
            "The user {} cannot be given a token, and is refused with 403 at each login: {}. Let"
                + " the authenticator hand on only the roles and attributes that the application"
                + " uses",
            Quoted.of(unfit.subject()),
            unfit.getMessage());
  }

  /** A request could not be decided, and was answered so. */
  public void failed(Throwable failure) {
    failing = true;
    notices()
        .failing(
            LOG,
            UNDECIDED,
            "Requests cannot be decided, and are answered 503. Look at the store, the keys and who"
                + " checks passwords; each stack trace is at DEBUG",
            failure);
  }

  /** The token of who asks for a public page is not good: the page is shown to nobody known. */
  public void unknown(TokenRejectedException refused) {
    LOG.debug("Not known on a public page: {}", refused.why());
  }

  /** The token of who asks for a public page could not be judged: the user counts as unknown. */
  public void undecidedVisitor(Throwable failure) {
    failingForVisitors = true;
    notices()
        .failing(
            LOG,
            VISITOR,
            "Users of public pages cannot be told, and count as unknown there. Look at the store"
                + " and the keys; each stack trace is at DEBUG",
            failure);
  }

  /** A request was decided. Where the store fails, memory still decides some: that ends nothing. */
  public void decided() {
    if (failing && security.storeCalls().areAnswered()) {
      failing = false;
      if (!notices().works(LOG, UNDECIDED, "Requests are decided again")) {
        failing = true;
      }
    }
    if (failingForVisitors && security.storeCalls().areAnswered()) {
      failingForVisitors = false;
      notices().works(LOG, VISITOR, "Users of public pages are known again");
    }
  }

  private Notices notices() {
    return security.notices();
  }

  private String serverOf(HttpServletRequest request) {
    try {
      return Quoted.of(security.proxies().serverOf(request).toString());
    } catch (TokenRejectedException unknown) {
      return "an unknown server";
    }
  }

  private String clientOf(HttpServletRequest request) {
    try {
      return security.proxies().clientOf(request).toString();
    } catch (TokenRejectedException unknown) {
      return "an unknown client";
    }
  }
}
