package org.tokenfilter.integration.container;

import io.undertow.Undertow;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.accesslog.AccessLogHandler;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An Undertow, which does not support WARs by itself: see {@link UndertowDeployment}. */
final class UndertowServer implements Server {

  private final PathHandler paths = new PathHandler();
  private final ServletContainer container = ServletContainer.Factory.newInstance();
  private @Nullable Undertow undertow;
  private @Nullable Path folder;
  private final Deque<Application> applications = new ArrayDeque<>();

  /** An application and its path. */
  private record Application(String prefix, DeploymentManager manager, URLClassLoader classes) {}

  @Override
  public int start(Path empty) {
    folder = empty;
    AccessLogHandler logged =
        new AccessLogHandler(
            paths,
            line -> append(empty.resolve("access.log"), line),
            "%m %U %{r,org.tokenfilter.user}",
            UndertowServer.class.getClassLoader());
    undertow =
        Undertow.builder()
            .addHttpListener(0, InetAddress.getLoopbackAddress().getHostAddress(), logged)
            .build();
    undertow.start();
    return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
  }

  private static synchronized void append(Path log, String line) {
    try {
      Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ClassLoader deploy(Path war, String contextPath) throws Exception {
    String prefix = contextPath.isEmpty() ? "/" : contextPath;
    for (Application former : List.copyOf(applications)) {
      if (former.prefix().equals(prefix)) {
        remove(former);
      }
    }
    Path root = Objects.requireNonNull(folder).resolve("app" + contextPath.replace('/', '-'));
    War.unpack(war, root);
    List<URL> urls = new ArrayList<>();
    urls.add(root.resolve("WEB-INF/classes").toUri().toURL());
    try (Stream<Path> jars = Files.list(root.resolve("WEB-INF/lib"))) {
      for (Path jar : jars.sorted().toList()) {
        urls.add(jar.toUri().toURL());
      }
    }
    URLClassLoader classes =
        new URLClassLoader(urls.toArray(URL[]::new), UndertowServer.class.getClassLoader());
    DeploymentInfo info = UndertowDeployment.of(root, contextPath, classes);
    if (UndertowWebSockets.isAvailable()) {
      UndertowWebSockets.addTo(
          info, Objects.requireNonNull(undertow), root.resolve("WEB-INF/classes"));
    }
    DeploymentManager manager = container.addDeployment(info);
    manager.deploy();
    paths.addPrefixPath(prefix, manager.start());
    applications.push(new Application(prefix, manager, classes));
    return classes;
  }

  @Override
  public void undeploy() throws Exception {
    remove(applications.element());
  }

  private void remove(Application application) throws Exception {
    applications.remove(application);
    paths.removePrefixPath(application.prefix());
    DeploymentInfo info = application.manager().getDeployment().getDeploymentInfo();
    application.manager().stop();
    application.manager().undeploy();
    container.removeDeployment(info);
    info.getResourceManager().close();
    application.classes().close();
  }

  @Override
  public void stop() throws Exception {
    while (!applications.isEmpty()) {
      undeploy();
    }
    if (undertow != null) {
      undertow.stop();
    }
  }
}
