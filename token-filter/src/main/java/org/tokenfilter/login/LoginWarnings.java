package org.tokenfilter.login;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.LogSanitizer;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The warnings for operators about logins that are rejected although the credentials may be right:
 * because of the failed logins of others, or because there are too many logins at once.
 * Thread-safe.
 */
public final class LoginWarnings {

  private static final Logger LOG = LoggerFactory.getLogger(LoginWarnings.class);

  private final OperatorLog operatorLog;

  /** Creates warnings that are logged through these notices. */
  public LoginWarnings(OperatorLog operatorLog) {
    this.operatorLog = operatorLog;
  }

  /**
   * Logs a warning if a login was rejected for one of these reasons.
   *
   * @param username the user name, which may be any text that a client sent
   * @param refused the rejection
   * @param client the address of the client
   */
  public void loginFailed(String username, TokenRejectedException refused, ClientAddress client) {
    if (refused.rejection() == Rejection.LOGIN_BUSY) {
      operatorLog.warn(
          LOG,
          "login-busy",
          "Logins are answered 503: {}. Reduce the number of concurrent logins by password"
              + " (callers of introspection should use a token of their own), or give this node"
              + " more processors; see token.login.waiting",
          refused.detail());
    } else if (refused.refusalCause() == RefusalCause.LOGINS_OF_CLIENT) {
      operatorLog.warn(
          LOG,
          "login-client",
          "Logins from {} are answered 429: too many of them have failed, by many user names. If"
              + " this address is one of your proxies, add it to token.trusted-proxies, since all"
              + " clients behind it are counted as one. Otherwise passwords are being guessed from"
              + " there. Users who have recently logged in from there still can",
          client);
    } else if (refused.refusalCause() == RefusalCause.LOGINS_OF_NAME) {
      operatorLog.warn(
          LOG,
          "login-name",
          "Logins of {} are answered 429: too many have failed, from many clients. The password is"
              + " being guessed. The user can still log in from clients where they have recently"
              + " logged in",
          LogSanitizer.quote(username));
    }
  }
}
