package org.tokenfilter.tools;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Builds the explanation of one token, with a line for each check. It holds secrets but prints
 * none.
 */
final class ExplanationBuilder {

  private final PresentedInput presented;
  private final Optional<TokenHeader> key;
  private final Instant now;
  private final Map<TokenCheck, String> facts = new EnumMap<>(TokenCheck.class);
  private @Nullable TokenRecord record;

  /** Records the facts that the token shows without its key. */
  ExplanationBuilder(PresentedInput presented, KeyRing ring, Instant now) {
    this.presented = presented;
    this.key = TokenHeader.of(presented.token());
    this.now = now;
    int length = presented.token().length();
    facts.put(TokenCheck.LENGTH, length == 1 ? "1 character" : length + " characters");
    key.ifPresent(it -> addKey(it, ring));
  }

  private void addKey(TokenHeader it, KeyRing ring) {
    facts.put(TokenCheck.HEADER, "key '%s', %s".formatted(it.kid(), it.encryption()));
    ring.keys().stream()
        .filter(one -> one.kid().equals(it.kid()))
        .forEach(
            one ->
                facts.put(
                    TokenCheck.KEY,
                    "'%s' is %s, for %s".formatted(one.kid(), one.state(), one.encryption())));
  }

  /**
   * Adds the claims of the token.
   *
   * @param claims the claims; null for a token that is not authentic, which adds nothing
   */
  void addClaims(@Nullable TokenClaims claims) {
    if (claims == null) {
      return;
    }
    Instant expiresAt = claims.expiresAt();
    facts.put(
        TokenCheck.CLAIMS,
        "%s token, handle %s, issued %s, %s"
            .formatted(
                displayName(claims.kind()),
                claims.id(),
                claims.issuedAt(),
                expiresAt == null
                    ? "without an absolute expiry"
                    : "expires at " + expiresAt + " at the latest"));
    facts.put(TokenCheck.AUDIENCE, claims.audience());
    int sessionIds = presented.sessionIds().size();
    facts.put(
        TokenCheck.SESSION_ID,
        claims.kind() != TokenKind.SESSION
            ? "not needed: this is no session token"
            : sessionIds == 1 ? "one came with it" : sessionIds + " came with it");
  }

  /**
   * Adds the record of the token.
   *
   * @param found the record; null for none, which adds nothing
   */
  void addRecord(@Nullable TokenRecord found) {
    if (found == null) {
      return;
    }
    record = found;
    facts.put(TokenCheck.RECORD, "of '%s'".formatted(printable(found.subject())));
    facts.put(
        TokenCheck.CLIENT,
        found.binding() == null
            ? "bound to none"
            : "bound to %s, comes from %s"
                .formatted(
                    printable(found.binding()),
                    presented.client() == null ? "an unknown client" : presented.client()));
    Revocation revocation = found.revocation();
    if (revocation != null) {
      String successor = revocation.successor() == null ? "" : ", by " + revocation.successor();
      facts.put(
          TokenCheck.REVOCATION,
          "%s %s, %s ago%s"
              .formatted(
                  displayName(revocation.reason()),
                  revocation.at(),
                  elapsedSince(revocation.at()),
                  successor));
    } else {
      facts.put(TokenCheck.REVOCATION, "none");
    }
    facts.put(TokenCheck.EXPIRY, describeExpiry(found));
  }

  private String describeExpiry(TokenRecord found) {
    Instant deadline = found.deadline();
    if (deadline == null) {
      return "never expires";
    }
    String which =
        deadline.equals(found.idleExpiresAt())
            ? "unless used: last used %s, idle timeout %s"
                .formatted(found.lastUsedAt(), found.idleTimeout())
            : "regardless of use";
    return found.expiredAt(now)
        ? "expired at %s, %s ago (%s)".formatted(deadline, elapsedSince(deadline), which)
        : "expires at %s, in %s (%s)".formatted(deadline, wholeSeconds(now, deadline), which);
  }

  /**
   * Returns the explanation of a token that is accepted, provided that it comes from the client
   * that it is bound to.
   */
  Explanation accepted(ActiveToken active) {
    List<String> lines = passedChecks(null);
    if (clientIsUnknown()) {
      lines.add("");
      lines.add(
          "UNDECIDED: It is live, and accepted from the client that it is bound to. The client of"
              + " this request is not known: name its address with --client.");
      return new Explanation(Explanation.Verdict.UNDECIDED, lines);
    }
    Duration remaining = active.remaining();
    lines.add("");
    lines.add(
        remaining == null
            ? "ACCEPTED: It never expires."
            : "ACCEPTED: After a successful request, it would expire in %s."
                .formatted(remaining.truncatedTo(ChronoUnit.SECONDS)));
    return new Explanation(Explanation.Verdict.ACCEPTED, lines);
  }

  /** Returns the explanation of a token that is refused. */
  Explanation refused(TokenRejectedException refused) {
    Optional<RefusalReason> reason = RefusalReason.of(refused.refusalCause(), key.isPresent());
    String answer = "Its sender receives: " + displayName(refused.rejection()) + ".";
    if (reason.isEmpty()) {
      String why = "REFUSED: " + refused.detail() + ". " + answer;
      return new Explanation(Explanation.Verdict.REFUSED, List.of(why));
    }
    TokenCheck check = reason.get().check();
    List<String> lines = passedChecks(check);
    lines.add(line(check, "REFUSED", facts.getOrDefault(check, "")));
    // Facts of later checks did not decide, but may show the operator what fails next.
    facts.forEach(
        (later, fact) -> {
          if (later.compareTo(check) > 0) {
            lines.add(line(later, "-", fact));
          }
        });
    lines.add("");
    lines.add("REFUSED: " + reason.get().sentence() + " " + answer);
    return new Explanation(Explanation.Verdict.REFUSED, lines);
  }

  /**
   * Returns the explanation of a token whose record is not known, so that the checks of the record
   * are undecided.
   *
   * @param fact the reason, for the line of the record
   * @param sentence the sentence after {@code UNDECIDED}
   */
  Explanation undecided(String fact, String sentence) {
    List<String> lines = passedChecks(TokenCheck.RECORD);
    lines.add(line(TokenCheck.RECORD, "?", fact));
    lines.add("");
    lines.add("UNDECIDED: " + sentence);
    return new Explanation(Explanation.Verdict.UNDECIDED, lines);
  }

  /**
   * Returns the lines of the checks that the token passed.
   *
   * @param end the first check that it did not pass; null if it passed all of them
   */
  private List<String> passedChecks(@Nullable TokenCheck end) {
    List<String> lines = new ArrayList<>();
    for (TokenCheck check : TokenCheck.values()) {
      if (check == end) {
        break;
      }
      String result = check == TokenCheck.CLIENT && clientIsUnknown() ? "?" : "ok";
      lines.add(line(check, result, facts.getOrDefault(check, "")));
    }
    return lines;
  }

  private boolean clientIsUnknown() {
    return record != null && record.binding() != null && presented.client() == null;
  }

  private static String line(TokenCheck check, String result, String fact) {
    return "%-11s %-8s %s".formatted(check, result, fact).stripTrailing();
  }

  private Duration elapsedSince(Instant time) {
    return wholeSeconds(time, now);
  }

  private static Duration wholeSeconds(Instant from, Instant to) {
    return Duration.between(from, to).truncatedTo(ChronoUnit.SECONDS);
  }

  private static String displayName(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Masks control characters, which must not reach the operator's terminal. */
  private static String printable(@Nullable String text) {
    return Objects.requireNonNull(text)
        .codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
