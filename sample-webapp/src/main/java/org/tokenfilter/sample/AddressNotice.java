package org.tokenfilter.sample;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Prints the address to open as the last line of a start: once the sample answers there, and so
 * after the output of the container. Prints nothing if {@code -Dsample.address} is not set.
 */
public final class AddressNotice implements ServletContextListener {

  private static final int ATTEMPTS = 600;
  private static final int PAUSE_MILLIS = 100;
  private static final int TIMEOUT_MILLIS = 10_000;

  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Thread thread;

  /** A listener for web.xml. */
  public AddressNotice() {}

  @Override
  public void contextInitialized(ServletContextEvent event) {
    String address = System.getProperty("sample.address");
    if (address != null) {
      thread = new Thread(() -> printWhenReady(address), "sample address");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void printWhenReady(String address) {
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (isReady(address)) {
          System.out.println("The sample is ready. Open " + address);
          return;
        }
        if (closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Returns whether the page is served. Before that, the server refuses connections or answers
   * another status.
   */
  private static boolean isReady(String address) {
    try {
      HttpURLConnection page = (HttpURLConnection) URI.create(address).toURL().openConnection();
      page.setConnectTimeout(TIMEOUT_MILLIS);
      page.setReadTimeout(TIMEOUT_MILLIS);
      page.setRequestProperty("Connection", "close");
      try {
        return page.getResponseCode() == HttpURLConnection.HTTP_OK;
      } finally {
        page.disconnect();
      }
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    closed.countDown();
    if (thread != null) {
      thread.interrupt();
    }
  }
}
