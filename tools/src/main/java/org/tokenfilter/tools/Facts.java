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
import org.tokenfilter.codec.KeyRing;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.TokenClaims;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Builds the explanation of one token, with a line for each check. It holds secrets but prints
 * none.
 */
final class Facts {

  private final Presentation presented;
  private final Optional<NamedKey> key;
  private final Instant now;
  private final Map<Check, String> known = new EnumMap<>(Check.class);
  private @Nullable TokenRecord record;

  /** Records the facts that the token shows without its key. */
  Facts(Presentation presented, KeyRing ring, Instant now) {
    this.presented = presented;
    this.key = NamedKey.of(presented.token());
    this.now = now;
    int length = presented.token().length();
    known.put(Check.LENGTH, length == 1 ? "1 character" : length + " characters");
    key.ifPresent(it -> names(it, ring));
  }

  private void names(NamedKey it, KeyRing ring) {
    known.put(Check.HEADER, "key '%s', %s".formatted(it.kid(), it.encryption()));
    ring.keys().stream()
        .filter(one -> one.kid().equals(it.kid()))
        .forEach(
            one ->
                known.put(
                    Check.KEY,
                    "'%s' is %s, for %s".formatted(one.kid(), one.state(), one.encryption())));
  }

  /** Adds the claims of the token. */
  void says(TokenClaims claims) {
    Instant expiresAt = claims.expiresAt();
    known.put(
        Check.CLAIMS,
        "%s token, handle %s, issued %s, %s"
            .formatted(
                name(claims.kind()),
                claims.id(),
                claims.issuedAt(),
                expiresAt == null
                    ? "without an absolute expiry"
                    : "expires at " + expiresAt + " at the latest"));
    known.put(Check.AUDIENCE, claims.audience());
    int sessionIds = presented.sessionIds().size();
    known.put(
        Check.SESSION_ID,
        claims.kind() != TokenKind.SESSION
            ? "not needed: this is no session token"
            : sessionIds == 1 ? "one came with it" : sessionIds + " came with it");
  }

  /**
   * Adds the record of the token.
   *
   * @param found the record; null for none, which adds nothing
   */
  void found(@Nullable TokenRecord found) {
    if (found == null) {
      return;
    }
    record = found;
    known.put(Check.RECORD, "of '%s'".formatted(printable(found.subject())));
    known.put(
        Check.CLIENT,
        found.binding() == null
            ? "bound to none"
            : "bound to %s, comes from %s"
                .formatted(
                    printable(found.binding()),
                    presented.client() == null ? "an unknown client" : presented.client()));
    Ending ending = found.ending();
    if (ending != null) {
      String successor = ending.successor() == null ? "" : ", by " + ending.successor();
      known.put(
          Check.END,
          "%s %s, %s ago%s"
              .formatted(name(ending.reason()), ending.at(), since(ending.at()), successor));
    } else {
      known.put(Check.END, "none");
    }
    known.put(Check.TIME, time(found));
  }

  private String time(TokenRecord found) {
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
        ? "expired at %s, %s ago (%s)".formatted(deadline, since(deadline), which)
        : "expires at %s, in %s (%s)".formatted(deadline, lasting(now, deadline), which);
  }

  /**
   * Returns the explanation of a token that is accepted, provided that it comes from the client
   * that it is bound to.
   */
  Explanation live(ActiveToken active) {
    List<String> lines = passed(null);
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
    boolean ended = record != null && record.ending() != null;
    Optional<Refusal> reason = Refusal.of(refused.why(), key.isPresent(), ended);
    String answer = "Its sender receives: " + name(refused.rejection()) + ".";
    if (reason.isEmpty()) {
      String why = "REFUSED: " + refused.why() + ". " + answer;
      return new Explanation(Explanation.Verdict.REFUSED, List.of(why));
    }
    Check check = reason.get().check();
    List<String> lines = passed(check);
    lines.add(line(check, "REFUSED", known.getOrDefault(check, "")));
    // Facts of later checks did not decide, but may show the operator what fails next.
    known.forEach(
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
  Explanation unasked(String fact, String sentence) {
    List<String> lines = passed(Check.RECORD);
    lines.add(line(Check.RECORD, "?", fact));
    lines.add("");
    lines.add("UNDECIDED: " + sentence);
    return new Explanation(Explanation.Verdict.UNDECIDED, lines);
  }

  /**
   * Returns the lines of the checks that the token passed.
   *
   * @param end the first check that it did not pass; null if it passed all of them
   */
  private List<String> passed(@Nullable Check end) {
    List<String> lines = new ArrayList<>();
    for (Check check : Check.values()) {
      if (check == end) {
        break;
      }
      String result = check == Check.CLIENT && clientIsUnknown() ? "?" : "ok";
      lines.add(line(check, result, known.getOrDefault(check, "")));
    }
    return lines;
  }

  private boolean clientIsUnknown() {
    return record != null && record.binding() != null && presented.client() == null;
  }

  private static String line(Check check, String result, String fact) {
    return "%-11s %-8s %s".formatted(check, result, fact).stripTrailing();
  }

  private Duration since(Instant time) {
    return lasting(time, now);
  }

  private static Duration lasting(Instant from, Instant to) {
    return Duration.between(from, to).truncatedTo(ChronoUnit.SECONDS);
  }

  private static String name(Enum<?> value) {
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
