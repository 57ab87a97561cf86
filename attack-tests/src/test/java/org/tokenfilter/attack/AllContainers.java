package org.tokenfilter.attack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.DynamicContainer;
import org.tokenfilter.attack.AttackedApp.Plan;

/** One application on several containers, attacked by the same cases. */
final class AllContainers implements AutoCloseable {

  private final Map<String, AttackedApp> apps = new LinkedHashMap<>();
  private final List<Path> folders = new ArrayList<>();

  /** Starts the application on each {@link Container}. */
  AllContainers(Path folder, UnaryOperator<Plan> plan) throws Exception {
    for (Container container : Container.values()) {
      start(container.name(), container, folder, plan);
    }
  }

  /** Also starts Tomcats that accept paths which Tomcat refuses by default. */
  static AllContainers withLaxTomcats(Path folder, UnaryOperator<Plan> plan) throws Exception {
    AllContainers each = new AllContainers(folder, plan);
    for (String slashes : List.of("decode", "passthrough")) {
      each.start(
          "TOMCAT with " + slashes,
          Container.tomcatWith(connector -> relax(connector, slashes)),
          folder,
          plan);
    }
    return each;
  }

  private static void relax(Connector connector, String slashes) {
    connector.setEncodedSolidusHandling(slashes);
    connector.setProperty("relaxedPathChars", "\"<>[\\]^`{|}");
    connector.setProperty("relaxedQueryChars", "\"<>[\\]^`{|}");
    connector.setProperty("encodedReverseSolidusHandling", slashes);
    connector.setProperty("allowBackslash", "true");
  }

  private void start(String name, ContainerStarter host, Path folder, UnaryOperator<Plan> plan)
      throws Exception {
    Path own = Files.createDirectories(folder.resolve(name));
    folders.add(own);
    apps.put(name, plan.apply(AttackedApp.plan(own).container(host)).start());
  }

  /** Makes the cases of an application. */
  @FunctionalInterface
  interface Rows {
    List<AttackCase> of(AttackedApp app) throws IOException;
  }

  /** Returns a test for each case on each container. */
  Stream<DynamicContainer> tests(Rows rows) throws IOException {
    Stream.Builder<DynamicContainer> tests = Stream.builder();
    for (Map.Entry<String, AttackedApp> app : apps.entrySet()) {
      List<AttackCase> own = rows.of(app.getValue());
      tests.add(DynamicContainer.dynamicContainer(app.getKey(), app.getValue().tests(own)));
    }
    return tests.build();
  }

  /** Writes a file of the application, such as {@code files/index.html}. */
  void write(String file, String text) throws IOException {
    for (Path folder : folders) {
      Path target = folder.resolve("pages").resolve(file);
      Files.createDirectories(target.getParent());
      Files.writeString(target, text);
    }
  }

  AttackedApp app(Container container) {
    AttackedApp app = apps.get(container.name());
    if (app == null) {
      throw new AssertionError(container + " was not started");
    }
    return app;
  }

  @Override
  public void close() {
    apps.values().forEach(AttackedApp::close);
  }
}
