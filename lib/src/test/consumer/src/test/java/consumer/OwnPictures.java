package consumer;

import java.nio.file.Path;
import kilonet.data.PictureFolder;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import kilonet.train.Optimizer;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.Trainer;

final class OwnPictures {

  static Result train(Path folder, Path run) {
    TrainTest pictures = PictureFolder.of(folder).load();
    Stack net = Stack.of("conv-bn-relu").input(20, 20).conv(8).maxPool(2).conv(16);
    Recipe recipe =
        Recipe.of("own", net.globalAveragePool().plain(3, 1), Optimizer.nesterov(0.1, 0.9))
            .batch(16)
            .epochs(8);
    return new Trainer(recipe, pictures).folder(run).run();
  }
}
