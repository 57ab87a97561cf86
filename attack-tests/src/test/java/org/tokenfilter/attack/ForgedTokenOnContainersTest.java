package org.tokenfilter.attack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.forgery.ForgedCiphertexts;
import org.tokenfilter.testsupport.forgery.ForgedClaims;
import org.tokenfilter.testsupport.forgery.ForgedHeaders;
import org.tokenfilter.testsupport.forgery.MalformedTokens;

/** A sample of the cases of {@link ForgedTokenTest} on the other containers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgedTokenOnContainersTest {

  /** The sampling step; it has no common factor with the number of routes. */
  private static final int STEP = 11;

  private static final Set<TokenRoute> ALL = EnumSet.allOf(TokenRoute.class);

  @TempDir private static Path folder;

  private AttackedApp unsafe;
  private AttackedApp tomcat;

  @BeforeAll
  void start() throws Exception {
    unsafe = start(Container.JETTY_UNSAFE);
    tomcat = start(Container.TOMCAT);
  }

  private static AttackedApp start(Container container) throws Exception {
    Path own = Files.createDirectory(folder.resolve(container.name()));
    return AllFamiliesApp.plan(own).container(container).start();
  }

  @AfterAll
  void stop() {
    tomcat.close();
    unsafe.close();
  }

  @TestFactory
  Stream<DynamicTest> refusedByJettyWithAmbiguousPaths() throws Exception {
    return sample(unsafe);
  }

  @TestFactory
  Stream<DynamicTest> refusedByTomcat() throws Exception {
    return sample(tomcat);
  }

  @TestFactory
  Stream<DynamicTest> acceptsTheGenuineToken() {
    return Stream.of(unsafe, tomcat)
        .flatMap(
            app ->
                Stream.of(
                        TokenRoute.GET,
                        TokenRoute.POST,
                        TokenRoute.COOKIE,
                        TokenRoute.FORWARD,
                        TokenRoute.ASYNC,
                        TokenRoute.USER_TOKEN)
                    .map(
                        way -> {
                          String name =
                              "accepted by " + way + (app == tomcat ? ", Tomcat" : ", Jetty");
                          return DynamicTest.dynamicTest(name, () -> accepted(app, way));
                        }));
  }

  private static void accepted(AttackedApp app, TokenRoute way) throws Exception {
    String token = AllFamiliesApp.issue(app, way.acceptedKind());
    Answer answer =
        app.check(AttackCase.of("the token", ExpectedAnswer.OK, it -> way.send(it.http(), token)));
    if (!answer.body().endsWith("of alice")) {
      throw new AssertionError(answer.body());
    }
  }

  private static Stream<DynamicTest> sample(AttackedApp app) throws Exception {
    return app.tests(
        new ForgedTokens(app, BaseTokens.of(app))
            .add(ALL, MalformedTokens::of)
            .add(ALL, MalformedTokens::shapes)
            .add(ALL, ForgedHeaders::of)
            .add(ALL, ForgedCiphertexts::of)
            .add(ALL, ForgedClaims::compressed)
            .add(ALL, ForgedClaims::times)
            .add(ALL, ForgedClaims::mismatches)
            .add(ALL, ForgedClaims::documents)
            .sample(STEP));
  }
}
