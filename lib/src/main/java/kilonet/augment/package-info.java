/** Random changes of pictures, with the meaning and the names of torchvision. */
package kilonet.augment;
