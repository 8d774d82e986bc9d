package kilonet;

import kilonet.data.DownloadListener;
import kilonet.data.Mnist;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import kilonet.train.Optimizer;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.Trainer;

/**
 * The smallest whole example: MNIST, a net of about 7,800 parameters, and what it comes to. {@code
 * SmallestTest} runs it on generated digits.
 */
public final class Smallest {

  private Smallest() {}

  /** Trains on MNIST, found or downloaded, and prints the epochs and the verdict. */
  public static void main(String[] arguments) {
    TrainTest data = Mnist.loadElseDigits(null, DownloadListener.onTerminal(), System.out::println);
    Result result = train(data, 15);
    System.out.println(result.history());
    System.out.println(result.contract());
  }

  /** A net, a recipe, a run. */
  static Result train(TrainTest data, int epochs) {
    Stack net =
        Stack.of("conv-bn-relu")
            .conv(10)
            .maxPool(2)
            .conv(12)
            .conv(16)
            .conv(16)
            .conv(16)
            .globalAveragePool()
            .plain(10, 1);
    Recipe recipe =
        Recipe.of("smallest", net, Optimizer.nesterov(0.2, 0.9))
            .augmentation("affine(degrees=10, shift=2, scale=0.9..1.1)")
            .schedule("onecycle(max=0.2)")
            .epochs(epochs);
    return new Trainer(recipe, data).run();
  }
}
