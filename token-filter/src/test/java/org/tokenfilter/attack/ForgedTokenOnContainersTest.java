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
import org.tokenfilter.RawHttp.Answer;

/** A sample of the cases of {@link ForgedTokenTest} on the other containers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgedTokenOnContainersTest {

  /** The sampling step; it has no common factor with the number of routes. */
  private static final int STEP = 11;

  private static final Set<Way> ALL = EnumSet.allOf(Way.class);

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
    return AllFamilies.plan(own).in(container).start();
  }

  @AfterAll
  void stop() {
    tomcat.close();
    unsafe.close();
  }

  @TestFactory
  Stream<DynamicTest> onJettyThatLetsAmbiguousPathsThrough() throws Exception {
    return sample(unsafe);
  }

  @TestFactory
  Stream<DynamicTest> onTomcat() throws Exception {
    return sample(tomcat);
  }

  @TestFactory
  Stream<DynamicTest> theTokenItselfIsAccepted() {
    return Stream.of(unsafe, tomcat)
        .flatMap(
            app ->
                Stream.of(Way.GET, Way.POST, Way.COOKIE, Way.FORWARD, Way.ASYNC, Way.USER_TOKEN)
                    .map(
                        way -> {
                          String name =
                              "accepted by " + way + (app == tomcat ? ", Tomcat" : ", Jetty");
                          return DynamicTest.dynamicTest(name, () -> accepted(app, way));
                        }));
  }

  private static void accepted(AttackedApp app, Way way) throws Exception {
    String token = AllFamilies.given(app, way.takes());
    Answer answer = app.check(Row.of("the token", Verdict.OK, it -> way.send(it.http(), token)));
    if (!answer.body().endsWith("of alice")) {
      throw new AssertionError(answer.body());
    }
  }

  private static Stream<DynamicTest> sample(AttackedApp app) throws Exception {
    return app.tests(
        new ForgedTokens(app, Seeds.of(app))
            .on(ALL, Spellings::of)
            .on(ALL, Spellings::shapes)
            .on(ALL, Headers::of)
            .on(ALL, CryptographicParts::of)
            .on(ALL, Contents::compressed)
            .on(ALL, Contents::times)
            .on(ALL, Contents::documents)
            .sample(STEP));
  }
}
