package org.tokenfilter.integration.container;

import io.undertow.Undertow;
import io.undertow.server.handlers.PathHandler;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An Undertow, which knows no WARs by itself: see {@link UndertowDeployment}. */
final class UndertowServer implements Server {

  private final PathHandler paths = new PathHandler();
  private final ServletContainer container = ServletContainer.Factory.newInstance();
  private @Nullable Undertow undertow;
  private @Nullable Path folder;
  private @Nullable DeploymentManager application;
  private @Nullable URLClassLoader classes;

  @Override
  public int start(Path empty) {
    folder = empty;
    undertow =
        Undertow.builder()
            .addHttpListener(0, InetAddress.getLoopbackAddress().getHostAddress(), paths)
            .build();
    undertow.start();
    return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
  }

  @Override
  public ClassLoader deploy(Path war, String contextPath) throws Exception {
    if (application != null) {
      undeploy();
    }
    Path root = Objects.requireNonNull(folder).resolve("app");
    War.unpack(war, root);
    List<URL> urls = new ArrayList<>();
    urls.add(root.resolve("WEB-INF/classes").toUri().toURL());
    try (Stream<Path> jars = Files.list(root.resolve("WEB-INF/lib"))) {
      for (Path jar : jars.sorted().toList()) {
        urls.add(jar.toUri().toURL());
      }
    }
    classes = new URLClassLoader(urls.toArray(URL[]::new), UndertowServer.class.getClassLoader());
    DeploymentInfo info = UndertowDeployment.of(root, contextPath, classes);
    if (UndertowSockets.areThere()) {
      UndertowSockets.addTo(
          info, Objects.requireNonNull(undertow), root.resolve("WEB-INF/classes"));
    }
    application = container.addDeployment(info);
    application.deploy();
    paths.addPrefixPath(contextPath.isEmpty() ? "/" : contextPath, application.start());
    return classes;
  }

  @Override
  public void undeploy() throws Exception {
    paths.clearPaths();
    DeploymentManager manager = Objects.requireNonNull(application);
    DeploymentInfo info = manager.getDeployment().getDeploymentInfo();
    manager.stop();
    manager.undeploy();
    container.removeDeployment(info);
    info.getResourceManager().close();
    Objects.requireNonNull(classes).close();
    application = null;
    classes = null;
  }

  @Override
  public void stop() throws Exception {
    if (application != null) {
      undeploy();
    }
    if (undertow != null) {
      undertow.stop();
    }
  }
}
