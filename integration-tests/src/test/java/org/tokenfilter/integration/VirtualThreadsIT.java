package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Subject;

/**
 * Many concurrent requests, each in a virtual thread that waits behind the filter until all have
 * arrived. A pinned virtual thread waits and keeps its carrier thread. There are only as many
 * carriers as processors, so that a few pinned threads would block all others.
 */
final class VirtualThreadsIT {

  private static final int REQUESTS = 10_000;
  private static final int TOKENS = 100;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /**
   * A prefix of classes that are not part of the library, although they share its package prefix.
   */
  private static final String TEST_PACKAGE = "org.tokenfilter.integration.";

  @TempDir private Path folder;

  /** A servlet that responds with the user's name once all expected requests have arrived. */
  private static final class Gate extends HttpServlet {

    @Serial private static final long serialVersionUID = 1L;

    private final transient CountDownLatch all = new CountDownLatch(REQUESTS);
    private final transient AtomicInteger virtual = new AtomicInteger();

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      if (request.getQueryString() != null) {
        return;
      }
      if (isVirtual(Thread.currentThread())) {
        virtual.incrementAndGet();
      }
      all.countDown();
      try {
        if (!all.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          response.sendError(HttpServletResponse.SC_GATEWAY_TIMEOUT);
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      response.getWriter().print(request.getRemoteUser());
    }
  }

  /**
   * Returns whether the thread is virtual; by reflection, since the tests are compiled for Java 17.
   */
  private static boolean isVirtual(Thread thread) {
    try {
      return (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
    } catch (ReflectiveOperationException older) {
      return false;
    }
  }

  @FunctionalInterface
  private interface StopAction {
    void run() throws Exception;
  }

  private record RunningContainer(int port, StopAction stop) implements AutoCloseable {
    @Override
    public void close() {
      try {
        stop.run();
      } catch (Exception e) {
        throw new AssertionError("the container did not stop", e);
      }
    }
  }

  enum VirtualThreadContainer {
    JETTY {
      @Override
      RunningContainer serve(Filter filter, HttpServlet servlet, Path folder) throws Exception {
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        Server server = new Server(threads);
        ServerConnector connector = new ServerConnector(server);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        connector.setAcceptQueueSize(REQUESTS);
        connector.setIdleTimeout(PATIENCE.toMillis());
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        FilterHolder holder = new FilterHolder(filter);
        holder.setAsyncSupported(true);
        context.addFilter(holder, "/*", EnumSet.allOf(DispatcherType.class));
        context.addServlet(new ServletHolder(servlet), "/gate");
        server.setHandler(context);
        server.start();
        return new RunningContainer(connector.getLocalPort(), server::stop);
      }
    },

    TOMCAT {
      @Override
      RunningContainer serve(Filter filter, HttpServlet servlet, Path folder) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setSilent(true);
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
        connector.setProperty("maxConnections", String.valueOf(2 * REQUESTS));
        connector.setProperty("acceptCount", String.valueOf(REQUESTS));
        connector.setProperty("connectionTimeout", String.valueOf(PATIENCE.toMillis()));
        connector.setThrowOnFailure(true);
        connector.getProtocolHandler().setExecutor(new VirtualThreadExecutor("request-"));
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", folder.toString());
        FilterDef definition = new FilterDef();
        definition.setFilterName("token");
        definition.setFilter(filter);
        definition.setAsyncSupported("true");
        context.addFilterDef(definition);
        FilterMap mapping = new FilterMap();
        mapping.setFilterName("token");
        mapping.addURLPattern("/*");
        for (DispatcherType type : DispatcherType.values()) {
          mapping.setDispatcher(type.name());
        }
        context.addFilterMap(mapping);
        Tomcat.addServlet(context, "gate", servlet).addMapping("/gate");
        tomcat.start();
        return new RunningContainer(
            connector.getLocalPort(),
            () -> {
              tomcat.stop();
              tomcat.destroy();
            });
      }
    };

    abstract RunningContainer serve(Filter filter, HttpServlet servlet, Path folder)
        throws Exception;
  }

  @ParameterizedTest
  @EnumSource
  void libraryPinsNoneOfTenThousandConcurrentRequests(VirtualThreadContainer container)
      throws Exception {
    assumeTrue(Runtime.version().feature() >= 21, "virtual threads are in Java 21 and later");
    assumeTrue(maxOpenFiles() > REQUESTS + REQUESTS / 10, "a process may open too few files");
    Gate gate = new Gate();
    Path recorded = folder.resolve("pinned.jfr");
    try (TokenSecurity security =
        TokenSecurity.from(
            Map.of(
                "token.keys.file",
                folder.resolve("keys.jwks").toString(),
                "token.keys.generate",
                "true"))) {
      List<String> tokens = tokens(security);
      try (RunningContainer running = container.serve(new TokenFilter(security), gate, folder);
          Recording recording = recordAfterWarmUp(running.port(), tokens)) {
        long begin = System.nanoTime();
        assertThat(countAnswers(running.port(), tokens)).isEqualTo(REQUESTS);
        Measurements.append(
            "%s: %d virtual threads at once, answered within %d ms",
            container, REQUESTS, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        recording.dump(recorded);
      }
    }
    assertThat(gate.virtual).hasValue(REQUESTS);
    assertThat(stacks(recorded)).filteredOn(VirtualThreadsIT::hasLibraryFrame).isEmpty();
  }

  /**
   * Starts a recording after the first requests, which load classes: the JVM pins a thread that
   * waits for that.
   */
  private static Recording recordAfterWarmUp(int port, List<String> tokens) throws Exception {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    URI address = URI.create("http://127.0.0.1:" + port + "/gate?first");
    for (String token : tokens) {
      HttpRequest request =
          HttpRequest.newBuilder(address).header("Authorization", "Bearer " + token).build();
      assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }
    return startRecording();
  }

  /** The recording contains a pinned thread; otherwise the test above would detect nothing. */
  @Test
  void recordingShowsPinnedThread() throws Exception {
    assumeTrue(Runtime.version().feature() >= 21, "virtual threads are in Java 21 and later");
    Path recorded = folder.resolve("pinned.jfr");
    try (Recording recording = startRecording()) {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      Thread thread =
          (Thread)
              Class.forName("java.lang.Thread$Builder")
                  .getMethod("start", Runnable.class)
                  .invoke(builder, (Runnable) Pinned::touch);
      thread.join();
      recording.dump(recorded);
    }
    assertThat(stacks(recorded)).anyMatch(stack -> stack.contains(Pinned.class.getName()));
  }

  /** A class whose initializer waits, which pins the carrier in all Java versions so far. */
  private static final class Pinned {

    static {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }

    static void touch() {}
  }

  private static long maxOpenFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }

  private static Recording startRecording() {
    Recording recording = new Recording();
    recording.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
    recording.start();
    return recording;
  }

  private static List<String> stacks(Path recorded) throws IOException {
    List<String> stacks = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(recorded)) {
      stacks.add(String.valueOf(event.getStackTrace()));
    }
    return stacks;
  }

  private static boolean hasLibraryFrame(String stack) {
    return stack.lines().anyMatch(l -> l.contains("org.tokenfilter.") && !l.contains(TEST_PACKAGE));
  }

  private static List<String> tokens(TokenSecurity security) throws Exception {
    List<String> tokens = new ArrayList<>();
    ClientAddress client = ClientAddress.parse("127.0.0.1");
    for (int i = 0; i < TOKENS; i++) {
      Subject subject = Subject.of("user" + i);
      tokens.add(security.service().issueOpen(subject, Duration.ofHours(1), client).value());
    }
    return tokens;
  }

  /** Sends the requests from a separate process, since each end of a connection is an open file. */
  private long countAnswers(int port, List<String> tokens) throws Exception {
    Process client =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ManyRequests.class.getName(),
                String.valueOf(port),
                String.valueOf(REQUESTS))
            .redirectError(folder.resolve("errors").toFile())
            .start();
    try (Writer writer = client.outputWriter(StandardCharsets.UTF_8)) {
      writer.write(String.join("\n", tokens));
    }
    String answered = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (client.waitFor() != 0) {
      throw new AssertionError(Files.readString(folder.resolve("errors")));
    }
    return Long.parseLong(answered.strip());
  }
}
