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
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.forgery.BaseToken;
import org.tokenfilter.testsupport.forgery.ForgedCiphertexts;
import org.tokenfilter.testsupport.forgery.ForgedClaims;
import org.tokenfilter.testsupport.forgery.ForgedHeaders;
import org.tokenfilter.testsupport.forgery.MalformedTokens;
import org.tokenfilter.testsupport.forgery.TokenForge;

/**
 * The cases A, and B01 to B04: texts that are made from a live token, on every route that accepts
 * that token. All name its record, and most are authenticated with the right key, so that only the
 * forgery itself is the reason of the refusal.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgedTokenTest {

  private static final Set<TokenRoute> ALL = EnumSet.allOf(TokenRoute.class);

  @TempDir private static Path folder;

  private AttackedApp app;
  private BaseTokens baseTokens;

  @BeforeAll
  void start() throws Exception {
    app = AllFamiliesApp.plan(folder).start();
    baseTokens = BaseTokens.of(app);
  }

  @AfterAll
  void stop() {
    app.close();
  }

  @ParameterizedTest
  @EnumSource
  void acceptsTheGenuineToken(TokenRoute way) throws Exception {
    Answer answer = way.send(app.http(), AllFamiliesApp.issue(app, way.acceptedKind()));
    assertThat(answer.status()).as(answer.head()).isIn(200, 204);
    assertThat(way.refusals("x")).noneMatch(verdict -> refuses(verdict) && verdict.fits(answer));
  }

  /** Leaves out revocation, which always answers alike, and pages that include another page. */
  private static boolean refuses(ExpectedAnswer verdict) {
    return verdict != ExpectedAnswer.GONE && verdict != ExpectedAnswer.PUBLIC;
  }

  @Test
  void acceptsSameClaimsFromAnotherImplementation() throws Exception {
    BaseToken seed = baseTokens.open();
    String other = seed.withHeader(TokenForge.HEADER_JSON);
    assertThat(other).isNotEqualTo(seed.token());
    app.check(
        AttackCase.of(
            "made by hand", ExpectedAnswer.OK, it -> TokenRoute.GET.send(it.http(), other)));
  }

  @TestFactory
  Stream<DynamicTest> refusesMalformedTokens() {
    return app.tests(new ForgedTokens(app, baseTokens).add(ALL, MalformedTokens::of).rows());
  }

  @TestFactory
  Stream<DynamicTest> refusesTokensOfWrongShape() {
    return app.tests(new ForgedTokens(app, baseTokens).add(ALL, MalformedTokens::shapes).rows());
  }

  @TestFactory
  Stream<DynamicTest> refusesForgedHeaders() {
    return app.tests(new ForgedTokens(app, baseTokens).add(ALL, ForgedHeaders::of).rows());
  }

  @TestFactory
  Stream<DynamicTest> refusesForgedCiphertexts() {
    return app.tests(new ForgedTokens(app, baseTokens).add(ALL, ForgedCiphertexts::of).rows());
  }

  @TestFactory
  Stream<DynamicTest> refusesCompressedContent() {
    return app.tests(new ForgedTokens(app, baseTokens).add(ALL, ForgedClaims::compressed).rows());
  }

  @TestFactory
  Stream<DynamicTest> refusesForgedTimes() {
    return app.tests(new ForgedTokens(app, baseTokens).add(ALL, ForgedClaims::times).rows());
  }

  @TestFactory
  Stream<DynamicTest> refusesClaimsOfAnotherRecord() {
    return app.tests(new ForgedTokens(app, baseTokens).add(ALL, ForgedClaims::mismatches).rows());
  }

  @TestFactory
  Stream<DynamicTest> refusesForgedClaims() {
    return app.tests(new ForgedTokens(app, baseTokens).add(ALL, ForgedClaims::documents).rows());
  }

  @TestFactory
  Stream<DynamicTest> refusesFlippedBitsAndMutations() {
    Set<TokenRoute> some = EnumSet.of(TokenRoute.GET, TokenRoute.QUERY);
    return app.tests(
        new ForgedTokens(app, baseTokens)
            .add(some, ForgedCiphertexts::flippedTagBits)
            .add(some, seed -> MalformedTokens.mutations(seed, 200))
            .rows());
  }
}
