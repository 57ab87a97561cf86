package org.tokenfilter.integration.container;

import io.undertow.Undertow;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.websockets.jsr.WebSocketDeploymentInfo;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Support for Undertow's WebSocket engine, which it adds to an application as WildFly does. */
final class UndertowWebSockets {

  private UndertowWebSockets() {}

  /** Returns true if the engine is in the class path of the container. */
  static boolean isAvailable() {
    return UndertowWebSockets.class
            .getClassLoader()
            .getResource("io/undertow/websockets/jsr/WebSocketDeploymentInfo.class")
        != null;
  }

  static void addTo(DeploymentInfo info, Undertow undertow, Path folder)
      throws IOException, ClassNotFoundException {
    WebSocketDeploymentInfo sockets =
        new WebSocketDeploymentInfo()
            .setBuffers(new DefaultByteBufferPool(false, 8192))
            .setWorker(undertow.getWorker());
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(it -> it.toString().endsWith(".class")).sorted().toList()) {
        String name = folder.relativize(file).toString().replace('/', '.');
        Class<?> type = info.getClassLoader().loadClass(name.substring(0, name.lastIndexOf('.')));
        if (type.isAnnotationPresent(ServerEndpoint.class)) {
          sockets.addEndpoint(type);
        }
      }
    }
    info.addServletContextAttribute(WebSocketDeploymentInfo.ATTRIBUTE_NAME, sockets);
  }
}
