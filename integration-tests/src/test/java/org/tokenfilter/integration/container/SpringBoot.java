package org.tokenfilter.integration.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Spring Boot with one of its servers. It does not support WARs: the content of a WAR is laid out
 * as a Spring Boot application, with public files in the class path below {@code static}, and beans
 * register the components of web.xml.
 */
enum SpringBoot implements Deployer {
  BOOT_3_TOMCAT("Spring Boot 3.5, Tomcat 10.1", "spring-boot-3.5", "tomcat-10.1"),
  BOOT_3_JETTY("Spring Boot 3.5, Jetty 12 (ee10)", "spring-boot-3.5", "jetty-12"),
  BOOT_3_UNDERTOW("Spring Boot 3.5, Undertow 2.3", "spring-boot-3.5", "undertow"),
  BOOT_4_TOMCAT("Spring Boot 4.0, Tomcat 11", "spring-boot-4.0", "tomcat-11"),
  BOOT_4_JETTY("Spring Boot 4.0, Jetty 12.1 (ee11)", "spring-boot-4.0", "jetty-12.1");

  private static final String WEB_INF = "WEB-INF";

  private final String displayName;
  private final String boot;
  private final String server;

  SpringBoot(String shown, String boot, String server) {
    this.displayName = shown;
    this.boot = boot;
    this.server = server;
  }

  /** Returns the folders with its jars. */
  List<Path> jars() {
    return List.of(ContainerFolders.ROOT.resolve(boot), ContainerFolders.ROOT.resolve(server));
  }

  @Override
  public Deployment deploy(String contextPath, Path war) throws Exception {
    return run(contextPath, war, BootSample.class.getName());
  }

  /**
   * Starts an application; returns when it serves.
   *
   * @param configuration the name of the class that declares its beans
   */
  Deployment run(String contextPath, Path war, String configuration) throws Exception {
    long begin = System.nanoTime();
    Path folder = ContainerFolders.createEmpty("run-" + boot + "-" + server);
    Path unpacked = folder.resolve(BootServer.APPLICATION);
    War.unpack(war, unpacked);
    ContainerLoader loader =
        new ContainerLoader(
            ContainerFolders.ROOT.resolve(boot),
            ContainerFolders.ROOT.resolve(server),
            packJar(unpacked));
    Class<?> type = loader.loadClass(BootServer.class.getName());
    var constructor = type.getDeclaredConstructor(String.class, String.class);
    constructor.setAccessible(true);
    RunningServer running =
        new RunningServer(
            (Server) constructor.newInstance(configuration, contextPath), loader, folder);
    Duration start = Duration.ofNanos(System.nanoTime() - begin);
    return new Deployment(running::close, new Client(running.port(), contextPath), start);
  }

  /** Packs the classes and files into a jar next to the other jars; returns their folder. */
  private static Path packJar(Path unpacked) throws IOException {
    Path inside = unpacked.resolve(WEB_INF);
    Path classes = inside.resolve("classes");
    Path files = classes.resolve("static");
    try (Stream<Path> all = Files.walk(unpacked)) {
      for (Path file : all.filter(it -> !it.startsWith(inside)).toList()) {
        Path target = files.resolve(unpacked.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    Path jars = inside.resolve("lib");
    War.pack(classes, jars.resolve("application.jar"));
    return jars;
  }

  /** Returns the name that tables show. */
  @Override
  public String toString() {
    return displayName;
  }
}
