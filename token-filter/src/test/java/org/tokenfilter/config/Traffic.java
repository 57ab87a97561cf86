package org.tokenfilter.config;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/**
 * Clients that send requests in sequence, each with a random one of their tokens, and log in now
 * and then.
 */
final class Traffic implements AutoCloseable {

  private static final int LOGIN_EVERY = 10;

  private final WebApp app;
  private final List<Client> clients = new ArrayList<>();
  private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger logins = new AtomicInteger();
  private volatile boolean stopped;

  Traffic(WebApp app, int most) {
    this.app = app;
    for (int i = 0; i < most; i++) {
      clients.add(new Client(i));
    }
    clients.forEach(Thread::start);
  }

  /** Waits until each client has sent its share of this many more requests. */
  void awaitRequests(int more) {
    awaitEach(Math.max(1, more / clients.size()));
  }

  /** Removes sessions from the clients, and returns once no request uses them any more. */
  List<Session> takeSessions(Predicate<Session> which) {
    List<Session> forgotten = new ArrayList<>();
    for (Client client : clients) {
      client.sessions.stream().filter(which).forEach(forgotten::add);
      client.sessions.removeIf(which);
    }
    if (!stopped) {
      awaitEach(2);
    }
    return forgotten;
  }

  private void awaitEach(int more) {
    List<Integer> goals = clients.stream().map(client -> client.sent.get() + more).toList();
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              for (int i = 0; i < goals.size(); i++) {
                if (clients.get(i).sent.get() < goals.get(i)) {
                  return false;
                }
              }
              return true;
            });
  }

  List<String> refusals() {
    return List.copyOf(refusals);
  }

  int requests() {
    return requests.get();
  }

  int logins() {
    return logins.get();
  }

  void stop() throws InterruptedException {
    stopped = true;
    for (Client client : clients) {
      client.join();
    }
  }

  /** Stops each client after its current request. */
  @Override
  public void close() {
    stopped = true;
  }

  private final class Client extends Thread {

    private final List<Session> sessions = new CopyOnWriteArrayList<>();
    private final AtomicInteger sent = new AtomicInteger();
    private final Random random;

    Client(int seed) {
      super("client " + seed);
      random = new Random(seed);
    }

    @Override
    public void run() {
      while (!stopped) {
        try {
          send();
        } catch (Exception | AssertionError e) {
          refusals.add(e.toString());
        }
        sent.incrementAndGet();
      }
    }

    private void send() throws Exception {
      requests.incrementAndGet();
      // A copy, since another thread may remove sessions.
      Object[] mine = sessions.toArray();
      if (mine.length == 0 || random.nextInt(LOGIN_EVERY) == 0) {
        logins.incrementAndGet();
        sessions.add(app.session(Accounts.ALICE, 5));
        return;
      }
      Session session = (Session) mine[random.nextInt(mine.length)];
      int status = app.get("/api/who", session.headers()).statusCode();
      if (status != 200) {
        refusals.add(status + " for a token of " + KeyFile.kidOf(session.token()));
      }
    }
  }
}
