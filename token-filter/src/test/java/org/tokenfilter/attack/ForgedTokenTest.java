package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.codec.CraftedTokens;

/**
 * The cases A, and B01 to B04: texts that are made from a live token, on every route that accepts
 * that token. All name its record, and most are authenticated with the right key, so that only the
 * forgery itself is the reason of the refusal.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgedTokenTest {

  private static final Set<Way> ALL = EnumSet.allOf(Way.class);

  @TempDir private static Path folder;

  private AttackedApp app;
  private Seeds seeds;

  @BeforeAll
  void start() throws Exception {
    app = AllFamilies.plan(folder).start();
    seeds = Seeds.of(app);
  }

  @AfterAll
  void stop() {
    app.close();
  }

  @ParameterizedTest
  @EnumSource
  void theTokenItselfIsAccepted(Way way) throws Exception {
    Answer answer = way.send(app.http(), AllFamilies.given(app, way.takes()));
    assertThat(answer.status()).as(answer.head()).isIn(200, 204);
    assertThat(way.refusals("x")).noneMatch(verdict -> refuses(verdict) && verdict.fits(answer));
  }

  /** Leaves out revocation, which always answers alike, and pages that include another page. */
  private static boolean refuses(Verdict verdict) {
    return verdict != Verdict.GONE && verdict != Verdict.PUBLIC;
  }

  @Test
  void aTokenOfTheSameClaimsFromAnIssuerOfAnotherMakeIsAccepted() throws Exception {
    Seed seed = seeds.open();
    String other = seed.headed(CraftedTokens.HEADER_JSON);
    assertThat(other).isNotEqualTo(seed.token());
    app.check(Row.of("made by hand", Verdict.OK, it -> Way.GET.send(it.http(), other)));
  }

  @TestFactory
  Stream<DynamicTest> spellings() {
    return app.tests(new ForgedTokens(app, seeds).on(ALL, Spellings::of).rows());
  }

  @TestFactory
  Stream<DynamicTest> shapes() {
    return app.tests(new ForgedTokens(app, seeds).on(ALL, Spellings::shapes).rows());
  }

  @TestFactory
  Stream<DynamicTest> headers() {
    return app.tests(new ForgedTokens(app, seeds).on(ALL, Headers::of).rows());
  }

  @TestFactory
  Stream<DynamicTest> cryptographicParts() {
    return app.tests(new ForgedTokens(app, seeds).on(ALL, CryptographicParts::of).rows());
  }

  @TestFactory
  Stream<DynamicTest> compressed() {
    return app.tests(new ForgedTokens(app, seeds).on(ALL, Contents::compressed).rows());
  }

  @TestFactory
  Stream<DynamicTest> times() {
    return app.tests(new ForgedTokens(app, seeds).on(ALL, Contents::times).rows());
  }

  @TestFactory
  Stream<DynamicTest> documents() {
    return app.tests(new ForgedTokens(app, seeds).on(ALL, Contents::documents).rows());
  }

  @TestFactory
  Stream<DynamicTest> bitsAndMutations() {
    Set<Way> some = EnumSet.of(Way.GET, Way.QUERY);
    return app.tests(
        new ForgedTokens(app, seeds)
            .on(some, CryptographicParts::bitsOfTheTag)
            .on(some, seed -> Spellings.mutations(seed, 200))
            .rows());
  }
}
