package org.tokenfilter.service;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.LogSanitizer;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A token listener that writes each event as one line of names and values to the logger {@code
 * org.tokenfilter.audit}. Successes, and clients that change between IPv4 and IPv6, are logged at
 * INFO, renewals and ordinary rejections at DEBUG, and events that need attention at WARN. Token
 * ids are shortened, and text that a client sent is quoted and escaped.
 *
 * <pre>
 *   event=issued kind=session handle=ZXIEy0V0 subject="alice" client="127.0.0.1"
 *   event=ended handle=ZXIEy0V0 reason=closed
 *   event=refused rejection=invalid why="presented by another client" client="10.1.2.3"
 *   event=refresh-replay handle=ZXIEy0V0 subject="alice" client="10.1.2.3"
 *   event=subject-barred subject="alice" why="account disabled or deleted"
 *   event=login-failed username="admin" rejection=wrong-credentials client="10.1.2.3"
 * </pre>
 */
final class AuditLog implements TokenListener {

  private static final Logger LOG = LoggerFactory.getLogger("org.tokenfilter.audit");
  private static final int TOKEN_ID_PREFIX_LENGTH = 8;

  @Override
  public void tokenIssued(TokenRecord record) {
    Line line =
        new Line("issued")
            .value("kind", record.kind())
            .tokenId(record.id())
            .text("subject", record.subject())
            .text("client", String.valueOf(record.client()));
    if (record.deadline() == null) {
      line.value("expires", Never.NEVER);
    }
    line.write(Level.INFO);
  }

  @Override
  public void tokenRenewed(TokenRecord record) {
    new Line("renewed").tokenId(record.id()).write(Level.DEBUG);
  }

  @Override
  public void tokenRevoked(TokenId id, RevocationReason reason) {
    new Line("ended").tokenId(id).value("reason", reason).write(Level.INFO);
  }

  @Override
  public void refreshTokenReused(TokenRecord replaced, ClientAddress client) {
    new Line("refresh-replay")
        .tokenId(replaced.id())
        .text("subject", replaced.subject())
        .text("client", client.toString())
        .write(Level.WARN);
  }

  void logRejected(TokenRejectedException refused, ClientAddress client) {
    new Line("refused")
        .value("rejection", refused.rejection())
        .text("why", refused.detail())
        .text("client", client.toString())
        .write(levelOf(refused));
  }

  private static Level levelOf(TokenRejectedException refused) {
    if (refused.isMisuse()) {
      return Level.WARN;
    }
    return refused.refusalCause() == RefusalCause.OTHER_IP_VERSION ? Level.INFO : Level.DEBUG;
  }

  @Override
  public void subjectDisabled(String subject, String why) {
    new Line("subject-barred").text("subject", subject).text("why", why).write(Level.WARN);
  }

  @Override
  public void loginFailed(String username, Rejection rejection, ClientAddress client) {
    new Line("login-failed")
        .text("username", username)
        .value("rejection", rejection)
        .text("client", client.toString())
        .write(Level.WARN);
  }

  private enum Level {
    DEBUG,
    INFO,
    WARN
  }

  private enum Never {
    NEVER
  }

  /** A builder of one log line. */
  private static final class Line {
    private final StringBuilder text;

    Line(String event) {
      text = new StringBuilder("event=").append(event);
    }

    Line value(String name, Enum<?> value) {
      text.append(' ').append(name).append('=').append(format(value));
      return this;
    }

    Line tokenId(TokenId id) {
      text.append(" handle=").append(id.toString(), 0, TOKEN_ID_PREFIX_LENGTH);
      return this;
    }

    /**
     * Appends a quoted value in which all but printable ASCII is escaped, so that it can forge
     * neither a line nor a character.
     */
    Line text(String name, String value) {
      text.append(' ').append(name).append('=').append(LogSanitizer.quote(value));
      return this;
    }

    /** Writes the line, without {@code atLevel}, which SLF4J has only since version 2.0. */
    void write(Level level) {
      switch (level) {
        case DEBUG -> LOG.debug("{}", text);
        case INFO -> LOG.info("{}", text);
        case WARN -> LOG.warn("{}", text);
      }
    }

    private static String format(Enum<?> value) {
      return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
