package org.tokenfilter.integration.container;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.endpoint.ServiceGatewayFilter;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.integration.container.annotated.AccessTokens;
import org.tokenfilter.integration.container.annotated.ApiClients;
import org.tokenfilter.integration.container.annotated.ApiFilter;
import org.tokenfilter.integration.container.annotated.Introspection;
import org.tokenfilter.integration.container.annotated.OpenApi;
import org.tokenfilter.integration.container.annotated.Revocation;
import org.tokenfilter.integration.container.annotated.Sessions;
import org.tokenfilter.integration.container.annotated.TokenQueries;
import org.tokenfilter.integration.container.code.RegistrationListener;

/** A way to register the library; all build the same application from the sample. */
enum Registration {
  /** The unchanged sample. */
  WEB_XML("web.xml") {
    @Override
    Path war() {
      return War.SAMPLE;
    }
  },

  /**
   * By annotated subclasses in WEB-INF/classes. The gateway's filter stays in web.xml: it must run
   * before the token filter, and annotations define no order.
   */
  ANNOTATION("annotation") {
    @Override
    Path war() throws Exception {
      Path root = unpackSample("annotation");
      Path file = root.resolve("WEB-INF/web.xml");
      WebXml webXml = WebXml.read(file);
      webXml.remove(it -> isLibraryClass(it) && !it.equals(ServiceGatewayFilter.class.getName()));
      webXml.enableAnnotations();
      addErrorPage(webXml);
      webXml.write(file);
      for (Class<?> type :
          List.of(
              ApiFilter.class,
              AccessTokens.class,
              ApiClients.class,
              TokenQueries.class,
              Introspection.class,
              Revocation.class,
              Sessions.class,
              OpenApi.class)) {
        addClass(root, type);
      }
      return packWar(root);
    }
  },

  /** By a listener that creates the TokenSecurity, and closes it. */
  CODE("code") {
    @Override
    Path war() throws Exception {
      Path root = unpackSample("code");
      Path file = root.resolve("WEB-INF/web.xml");
      WebXml webXml = WebXml.read(file);
      webXml.remove(Registration::isLibraryClass);
      webXml.add("listener", "listener-class", RegistrationListener.class.getName());
      addErrorPage(webXml);
      webXml.write(file);
      addClass(root, RegistrationListener.class);
      return packWar(root);
    }
  },

  /**
   * By beans of {@link BootSample}, which takes the other components of the sample from its
   * web.xml.
   */
  BEANS("beans") {
    @Override
    Path war() {
      return War.SAMPLE;
    }
  },

  /** The unchanged sample, with the oldest versions of its dependencies that README.md names. */
  OLDEST_LIBRARIES("web.xml, oldest libraries") {
    @Override
    Path war() throws Exception {
      Path root = unpackSample("oldest");
      Path jars = root.resolve("WEB-INF/lib");
      for (Path oldest : listFiles(ContainerFolders.ROOT.resolve("oldest"))) {
        String artifact = oldest.getFileName().toString().replaceFirst("-[0-9.]+\\.jar$", "-");
        List<Path> usual =
            listFiles(jars).stream()
                .filter(it -> it.getFileName().toString().startsWith(artifact))
                .toList();
        if (usual.size() != 1) {
          throw new AssertionError("the sample has " + usual + " for " + oldest);
        }
        Files.delete(usual.get(0));
        Files.copy(oldest, jars.resolve(oldest.getFileName()));
      }
      return packWar(root);
    }
  };

  private final String displayName;

  Registration(String shown) {
    this.displayName = shown;
  }

  /** Builds the WAR of the sample with this registration. */
  abstract Path war() throws Exception;

  /** Adds a page for forbidden requests: the sample has none. */
  private static void addErrorPage(WebXml webXml) {
    webXml.add("error-page", "error-code", "403", "location", "/api/whoami");
  }

  private static boolean isLibraryClass(String className) {
    return className.startsWith(AccessTokenServlet.class.getPackageName() + ".")
        || className.startsWith(TokenFilter.class.getPackageName() + ".");
  }

  private static Path unpackSample(String name) throws IOException {
    Path root = ContainerFolders.createEmpty("sample-" + name);
    War.unpack(War.SAMPLE, root);
    return root;
  }

  private static List<Path> listFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static Path packWar(Path root) throws IOException {
    Path war = root.resolveSibling(root.getFileName() + ".war");
    War.pack(root, war);
    return war;
  }

  private static void addClass(Path root, Class<?> type) throws IOException {
    String file = type.getName().replace('.', '/') + ".class";
    Path target = root.resolve("WEB-INF/classes").resolve(file);
    Files.createDirectories(target.getParent());
    try (InputStream compiled = type.getClassLoader().getResourceAsStream(file)) {
      Files.copy(Objects.requireNonNull(compiled), target);
    }
  }

  /** Returns the name that tables show. */
  @Override
  public String toString() {
    return displayName;
  }
}
