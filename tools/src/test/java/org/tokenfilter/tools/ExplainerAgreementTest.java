package org.tokenfilter.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Agreement of explanations with the library: accepted exactly if the library accepts. */
class ExplainerAgreementTest {

  private static final long SEED = 20_261_122L;
  private static final int PRESENTATIONS = 6_000;

  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= \"";

  private final ExplainerFixture fixture = new ExplainerFixture();
  private final Random random = new Random(SEED);

  @Test
  void explanationsAgreeWithTheLibraryOnMutatedTokens() throws Exception {
    List<IssuedToken> tokens = population();
    List<String> texts =
        new ArrayList<>(List.of(ExplainerFixture.encryptedContent("{}"), "", ".....", "x"));
    tokens.forEach(token -> texts.add(token.value()));
    List<String> sessionIds = new ArrayList<>(List.of("", "x".repeat(43)));
    tokens.stream()
        .filter(token -> token.sessionId() != null)
        .forEach(token -> sessionIds.add(Objects.requireNonNull(token.sessionId()).value()));
    Map<Explanation.Verdict, Integer> verdicts = new EnumMap<>(Explanation.Verdict.class);
    Map<Rejection, Integer> rejections = new EnumMap<>(Rejection.class);
    for (int i = 0; i < PRESENTATIONS; i++) {
      PresentedInput presented = presentation(tokens, texts, sessionIds);
      Explanation explanation = fixture.explain(presented);
      String as = "seed %s, presentation %s".formatted(SEED, i);
      try {
        fixture.service.validate(ExplainerFixture.toPresentedToken(presented));
        assertThat(explanation.verdict()).as(as).isEqualTo(Explanation.Verdict.ACCEPTED);
      } catch (TokenRejectedException refused) {
        rejections.merge(refused.rejection(), 1, Integer::sum);
        assertThat(explanation.verdict()).as(as).isEqualTo(Explanation.Verdict.REFUSED);
        assertThat(explanation.lines()).as(as).hasSizeGreaterThan(1);
      }
      verdicts.merge(explanation.verdict(), 1, Integer::sum);
    }
    // Otherwise the sample would be too one-sided to prove anything.
    assertThat(verdicts.get(Explanation.Verdict.ACCEPTED)).isGreaterThan(300);
    // A bad request has contradicting headers; a presentation here has none.
    assertThat(rejections)
        .containsOnlyKeys(
            Rejection.INVALID,
            Rejection.UNKNOWN,
            Rejection.EXPIRED,
            Rejection.CLOSED,
            Rejection.REPLACED,
            Rejection.EVICTED);
  }

  /** Returns tokens of all kinds in all states, and some without a record. */
  private List<IssuedToken> population() throws TokenRejectedException {
    List<IssuedToken> tokens = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tokens.add(fixture.issueSession());
      tokens.add(fixture.issueOpen(Duration.ofMinutes(5)));
      tokens.add(fixture.issueUser());
      IssuedToken client =
          fixture.service.issueApiClientToken(ExplainerFixture.ALICE, "live", "till-" + i);
      tokens.add(client);
      tokens.add(
          fixture.service.refresh(
              ExplainerFixture.toPresentedToken(
                  ExplainerFixture.withoutSessionId(client.value()))));
      IssuedToken closed = fixture.issueOpen(Duration.ZERO);
      fixture.service.revoke(closed.record().id());
      tokens.add(closed);
      tokens.add(new ExplainerFixture().issueOpen(Duration.ZERO));
    }
    fixture.clock.move(Duration.ofMinutes(10));
    for (int i = 0; i < 2; i++) {
      tokens.add(fixture.issueSession());
      tokens.add(fixture.issueOpen(Duration.ZERO));
      tokens.add(fixture.issueUser());
    }
    return tokens;
  }

  private PresentedInput presentation(
      List<IssuedToken> tokens, List<String> texts, List<String> sessionIds) {
    IssuedToken token = any(tokens);
    if (random.nextInt(4) == 0) {
      return new PresentedInput(
          token.value(),
          token.sessionId() == null ? Set.of() : Set.of(token.sessionId().value()),
          random.nextInt(4) == 0 ? ExplainerFixture.OTHER_CLIENT : ExplainerFixture.CLIENT);
    }
    Set<String> ids =
        switch (random.nextInt(4)) {
          case 0 -> Set.of();
          case 1 -> Set.of(any(sessionIds), any(sessionIds) + "-");
          default -> Set.of(any(sessionIds));
        };
    String text = random.nextInt(3) == 0 ? any(texts) : mutant(any(texts), any(texts));
    ClientAddress client =
        random.nextBoolean() ? ExplainerFixture.CLIENT : ExplainerFixture.OTHER_CLIENT;
    return new PresentedInput(text, ids, client);
  }

  private String mutant(String token, String donor) {
    int from = random.nextInt(token.length() + 1);
    int to = from + random.nextInt(token.length() + 1 - from);
    String head = token.substring(0, from);
    char other = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
    return switch (random.nextInt(8)) {
      case 0 -> head + token.substring(to);
      case 1 -> head;
      case 2 -> head + other + token.substring(from);
      case 3 -> head + (char) random.nextInt(Character.MAX_VALUE + 1) + token.substring(from);
      case 4 -> head + donor.substring(Math.min(from, donor.length()));
      case 5 -> token.repeat(5);
      case 6 -> spliced(token, donor);
      default -> from == token.length() ? head + other : head + other + token.substring(from + 1);
    };
  }

  /** Replaces one part by that of another token. */
  private String spliced(String token, String donor) {
    String[] parts = token.split("\\.", -1);
    String[] others = donor.split("\\.", -1);
    int part = random.nextInt(parts.length);
    parts[part] = others[Math.min(part, others.length - 1)];
    return String.join(".", parts);
  }

  private <T> T any(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
