package org.tokenfilter.credentials;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.Notices;
import org.tokenfilter.notice.Quoted;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Tells operators of logins that are refused although they may be right: because of what others
 * did, or because there are too many at once. Thread-safe.
 */
public final class LoginWarnings {

  private static final Logger LOG = LoggerFactory.getLogger(LoginWarnings.class);

  private final Notices notices;

  /** Warnings that are written here. */
  public LoginWarnings(Notices notices) {
    this.notices = notices;
  }

  /** A login was refused. */
  public void refused(String username, TokenRejectedException refused, ClientAddress client) {
    if (refused.rejection() == Rejection.LOGIN_BUSY) {
      notices.warn(
          LOG,
          "login-busy",
          "Logins are answered 503: {}. Let fewer log in by password at once (callers of"
              + " introspection by a token of their own), or give this node more processors; see"
              + " token.login.waiting",
          refused.why());
    } else if (LoginThrottle.Limit.OF_CLIENT.refused(refused)) {
      notices.warn(
          LOG,
          "login-client",
          "Logins from {} are answered 429: too many of them have failed, by many user names. If"
              + " this is a proxy of yours, name it in token.trusted-proxies: all that come through"
              + " it are counted as one client. Else passwords are being guessed from there. Those"
              + " who have lately logged in from there still can",
          client);
    } else if (LoginThrottle.Limit.OF_NAME.refused(refused)) {
      notices.warn(
          LOG,
          "login-name",
          "Logins of {} are answered 429: too many have failed, from many clients. The password is"
              + " being guessed. From where this user has lately logged in it is still possible",
          Quoted.of(username));
    }
  }
}
