package org.tokenfilter.integration.container;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A client that sends chains of dispatches to an application and queries which pages ran. */
final class ChainClient implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  /** For orders in which Undertow may never complete a request. */
  private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(3);

  private static final int MAX_CONCURRENT = 8;

  /** The result of a chain: the pages that ran, such as {@code P0=null}, and the response. */
  record Run(List<String> pages, int status, String body) {

    /** Returns the pages without their users. */
    List<String> pageNames() {
      return pages.stream().map(page -> page.substring(0, page.indexOf('='))).toList();
    }
  }

  private record Reply(String id, int status, String body) {}

  private final Deployment deployment;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger ids = new AtomicInteger();

  ChainClient(Container container, ChainApplication application) throws Exception {
    deployment = Deployment.of(container, application.war());
  }

  /** Logs in and returns headers that present a session token. */
  String[] logIn() throws Exception {
    return deployment.client().session(Client.ALICE).headers();
  }

  /** Requests a page for each chain; headers are name, value, name, value. */
  Map<DispatchChain, Run> run(List<DispatchChain> chains, String page, String... headers)
      throws Exception {
    return run(chains, chain -> send(chain, page, headers, TIMEOUT, 2));
  }

  /** Runs each chain with its threads forced into the given order. */
  Map<DispatchChain, Run> runInOrder(
      String order, List<DispatchChain> chains, String page, String... headers) throws Exception {
    String[] all =
        Stream.concat(Stream.of("Chain-Order", order), Stream.of(headers)).toArray(String[]::new);
    return run(chains, chain -> send(chain, page, all, SHORT_TIMEOUT, 1));
  }

  private Map<DispatchChain, Run> run(
      List<DispatchChain> chains, Function<DispatchChain, CompletableFuture<Reply>> client)
      throws Exception {
    Map<DispatchChain, CompletableFuture<Reply>> replies = new HashMap<>();
    Semaphore permits = new Semaphore(MAX_CONCURRENT);
    for (DispatchChain chain : chains) {
      permits.acquire();
      replies.put(chain, client.apply(chain).whenComplete((reply, failure) -> permits.release()));
    }
    CompletableFuture.allOf(replies.values().toArray(CompletableFuture<?>[]::new)).join();
    Map<String, List<String>> pages = awaitPages();
    Map<DispatchChain, Run> runs = new HashMap<>();
    for (DispatchChain chain : chains) {
      Reply reply = Objects.requireNonNull(replies.get(chain)).join();
      runs.put(chain, new Run(pages.getOrDefault(reply.id, List.of()), reply.status, reply.body));
    }
    return runs;
  }

  /** Sends a request. A broken connection counts as a response; a retry uses a new id. */
  private CompletableFuture<Reply> send(
      DispatchChain chain, String page, String[] headers, Duration maxWait, int attempts) {
    String id = "r" + ids.incrementAndGet();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(deployment.address() + page))
            .timeout(maxWait)
            .header("Chain", chain.toString())
            .header("Chain-Id", id)
            .POST(HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client
        .sendAsync(request.build(), BodyHandlers.ofString())
        .handle((answer, failure) -> reply(id, answer))
        .thenCompose(
            reply ->
                reply.status == 0 && attempts > 1
                    ? send(chain, page, headers, maxWait, attempts - 1)
                    : CompletableFuture.completedFuture(reply));
  }

  private static Reply reply(String id, @Nullable HttpResponse<String> answer) {
    return answer == null
        ? new Reply(id, 0, "")
        : new Reply(id, answer.statusCode(), answer.body());
  }

  /** Waits until all requests and threads have finished; returns the pages by request id. */
  private Map<String, List<String>> awaitPages() {
    String told =
        Awaitility.await()
            .atMost(TIMEOUT)
            .until(
                () -> deployment.client().newClient().get("/public/runs").text(),
                text -> text.startsWith("1\n"));
    Map<String, List<String>> pages = new HashMap<>();
    told.lines()
        .skip(1)
        .map(line -> line.split(" ", -1))
        .forEach(words -> pages.put(words[0], Stream.of(words).skip(1).toList()));
    return pages;
  }

  @Override
  public void close() {
    deployment.close();
  }
}
