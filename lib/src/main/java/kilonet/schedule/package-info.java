/**
 * Learning rate schedules, with the names and the meaning of PyTorch's {@code
 * torch.optim.lr_scheduler}, each an ND4J {@code ISchedule}.
 */
package kilonet.schedule;
