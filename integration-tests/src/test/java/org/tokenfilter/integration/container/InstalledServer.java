package org.tokenfilter.integration.container;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A server that is installed and started as its administrators do, in its own process, on the
 * loopback address only. It gets no configuration for the sample except the WAR and its path. The
 * profile {@code containers} unpacks each into {@code target/containers}.
 */
enum InstalledServer implements Deployer {
  WILDFLY("WildFly 39", "wildfly", "wildfly-*") {
    @Override
    StartCommand prepare(Path home, Path folder, int port, String contextPath, Path war)
        throws IOException {
      copyTree(home.resolve("standalone/configuration"), folder.resolve("configuration"));
      Path deployments = Files.createDirectories(folder.resolve("deployments"));
      Files.copy(war, deployments.resolve(contextPath.substring(1) + ".war"));
      return new StartCommand(
          Map.of(),
          // The options of bin/standalone.conf.
          "--add-exports=java.desktop/sun.awt=ALL-UNNAMED",
          "--add-exports=java.naming/com.sun.jndi.ldap=ALL-UNNAMED",
          "--add-exports=java.naming/com.sun.jndi.url.ldap=ALL-UNNAMED",
          "--add-exports=java.naming/com.sun.jndi.url.ldaps=ALL-UNNAMED",
          "--add-exports=jdk.naming.dns/com.sun.jndi.dns=ALL-UNNAMED",
          "--add-opens=java.base/java.io=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/java.net=ALL-UNNAMED",
          "--add-opens=java.base/java.security=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
          "--add-opens=java.management/javax.management=ALL-UNNAMED",
          "--add-opens=java.naming/javax.naming=ALL-UNNAMED",
          "-Djboss.server.base.dir=" + folder,
          "-jar",
          home.resolve("jboss-modules.jar").toString(),
          "-mp",
          home.resolve("modules").toString(),
          "org.jboss.as.standalone",
          "-Djboss.home.dir=" + home,
          "-Djboss.bind.address=127.0.0.1",
          "-Djboss.bind.address.management=127.0.0.1",
          "-Djboss.http.port=" + port,
          "-Djboss.https.port=0",
          "-Djboss.management.http.port=0");
    }
  },

  LIBERTY("Open Liberty 26.0", "liberty", "wlp") {
    @Override
    StartCommand prepare(Path home, Path folder, int port, String contextPath, Path war)
        throws IOException {
      Path server = Files.createDirectories(folder.resolve("servers/sample"));
      Files.copy(war, Files.createDirectories(server.resolve("apps")).resolve("sample-webapp.war"));
      Files.writeString(
          server.resolve("server.xml"),
          """
          <server>
            <featureManager><feature>servlet-6.0</feature></featureManager>
            <httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1" httpPort="%d" httpsPort="-1"/>
            <webApplication location="sample-webapp.war" contextRoot="%s"/>
          </server>
          """
              .formatted(port, contextPath));
      return new StartCommand(
          Map.of("WLP_USER_DIR", folder.toString()),
          "-javaagent:" + home.resolve("bin/tools/ws-javaagent.jar"),
          "-jar",
          home.resolve("bin/tools/ws-server.jar").toString(),
          "sample");
    }
  },

  PAYARA("Payara Micro 6", "payara", "payara-micro-*") {
    @Override
    StartCommand prepare(Path home, Path folder, int port, String contextPath, Path war)
        throws IOException {
      Path commands =
          Files.writeString(
              folder.resolve("before-start"),
              "set configs.config.server-config.network-config.network-listeners"
                  + ".network-listener.http-listener.address=127.0.0.1\n");
      return new StartCommand(
          Map.of(),
          "-jar",
          home.toString(),
          "--prebootcommandfile",
          commands.toString(),
          "--nocluster",
          "--port",
          String.valueOf(port),
          "--deploy",
          war.toString(),
          "--contextroot",
          contextPath);
    }
  },

  GLASSFISH("GlassFish 7", "glassfish", "glassfish7") {
    @Override
    StartCommand prepare(Path home, Path folder, int port, String contextPath, Path war)
        throws IOException {
      copyTree(home.resolve("glassfish/domains"), folder.resolve("domains"));
      Path domain = folder.resolve("domains/domain1");
      Path settings = domain.resolve("config/domain.xml");
      String text = Files.readString(settings).replace("0.0.0.0", "127.0.0.1");
      for (String used : List.of("8080", "8181", "4848", "3700", "3820", "3920", "7676", "8686")) {
        text =
            text.replace('"' + used + '"', "\"" + (used.equals("8080") ? port : freePort()) + '"');
      }
      Files.writeString(settings, text);
      Files.copy(
          war,
          Files.createDirectories(domain.resolve("autodeploy"))
              .resolve(contextPath.substring(1) + ".war"));
      return new StartCommand(
          Map.of(),
          "-jar",
          home.resolve("glassfish/lib/client/appserver-cli.jar").toString(),
          "start-domain",
          "--verbose",
          "--domaindir",
          folder.resolve("domains").toString(),
          "domain1");
    }
  };

  private final String displayName;
  private final String folder;
  private final String home;

  InstalledServer(String shown, String folder, String home) {
    this.displayName = shown;
    this.folder = folder;
    this.home = home;
  }

  /** The environment and the arguments of {@code java} that start it. */
  record StartCommand(Map<String, String> environment, List<String> arguments) {
    private StartCommand(Map<String, String> environment, String... arguments) {
      this(environment, List.of(arguments));
    }
  }

  /**
   * Prepares the files that it needs to serve a WAR.
   *
   * @param home its installation, which is not written to
   * @param folder an empty folder for all that it writes
   */
  abstract StartCommand prepare(Path home, Path folder, int port, String contextPath, Path war)
      throws IOException;

  @Override
  public Deployment deploy(String contextPath, Path war) throws Exception {
    long begin = System.nanoTime();
    Path files = ContainerFolders.createEmpty("run-" + folder);
    int port = freePort();
    Client client = new Client(port, contextPath);
    StartCommand command = prepare(findInstallation(), files, port, contextPath, war);
    ServerProcess process =
        ServerProcess.start(files, command.environment(), command.arguments(), client);
    return new Deployment(process::close, client, Duration.ofNanos(System.nanoTime() - begin));
  }

  private Path findInstallation() throws IOException {
    try (var found = Files.newDirectoryStream(ContainerFolders.ROOT.resolve(folder), home)) {
      return found.iterator().next();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** Returns the name that tables show. */
  @Override
  public String toString() {
    return displayName;
  }
}
