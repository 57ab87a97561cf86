package org.tokenfilter.integration.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.integration.container.Client.Session;

/** The resources of an application that is deployed repeatedly, none of which may remain. */
final class RedeploymentIT {

  private static final int DEPLOYMENTS = Integer.getInteger("redeployments", 3);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @ParameterizedTest
  @EnumSource(names = {"TOMCAT_10", "TOMCAT_11", "JETTY_12"})
  void redeploymentLeavesNothingBehind(Container container) throws Exception {
    try (RunningServer server = container.start();
        ContainerWarnings warnings = new ContainerWarnings()) {
      System.setProperty("sample.data", server.folder().resolve("data").toString());
      SilencedLog.silence();
      RunningThreads before = RunningThreads.now();
      List<String> drivers = RegisteredDrivers.now();
      List<WeakReference<ClassLoader>> former = new ArrayList<>();
      for (int i = 0; i < DEPLOYMENTS; i++) {
        former.add(new WeakReference<>(server.deploy(War.SAMPLE, "")));
        exercise(new Client(server.port()));
      }
      server.undeploy();

      assertThat(RegisteredDrivers.now()).as("drivers that DriverManager keeps").isEqualTo(drivers);
      assertThat(remainingFiles(server)).as("files of undeployed applications").isEmpty();
      RunningThreads.awaitNoNewThreads(before);
      awaitCollected(former, server.port());
      assertThat(warnings.lines()).as("warnings of the container").isEmpty();
    }
  }

  /** Logs in, and sends requests that start threads or fill caches. */
  private static void exercise(Client client) throws Exception {
    Session alice = client.session(Client.ALICE);
    for (int i = 0; i < 3; i++) {
      assertThat(client.get("/api/whoami", alice.headers()).status()).isEqualTo(200);
    }
    assertThat(client.get("/api/slow?ms=1", alice.headers()).status()).isEqualTo(200);
    assertThat(client.get("/public/include", alice.headers()).status()).isEqualTo(200);
    assertThat(client.get("/api/whoami").status()).isEqualTo(401);
    assertThat(client.post("/security/rest/token/logout", new byte[0], alice.headers()).status())
        .isEqualTo(204);
  }

  private static List<Path> remainingFiles(RunningServer server) throws Exception {
    List<Path> left = new ArrayList<>();
    for (String folder : List.of("webapps", "work")) {
      Path root = server.folder().resolve(folder);
      if (Files.exists(root)) {
        try (var files = Files.walk(root)) {
          files.filter(Files::isRegularFile).forEach(left::add);
        }
      }
    }
    return left;
  }

  /**
   * Waits until all class loaders are collected. Meanwhile sends requests, because the container
   * keeps a reference to the connection that it served last.
   */
  private static void awaitCollected(List<WeakReference<ClassLoader>> former, int port) {
    try {
      await()
          .atMost(TIMEOUT)
          .until(
              () -> {
                new Client(port).get("/");
                System.gc();
                LastLinkedRecord.replaceLastLinked();
                return former.stream().allMatch(it -> it.refersTo(null));
              });
    } catch (ConditionTimeoutException e) {
      long left = former.stream().filter(it -> !it.refersTo(null)).count();
      throw new AssertionError(left + " class loaders of " + former.size() + " are still held", e);
    }
  }
}
